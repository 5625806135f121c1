"""The ISO 19115 family in XML: ISO 19139 and 19115-2 (gmd, gmi) and ISO 19115-3 (mdb), read by the same steps.

The two spell the same things in different namespaces. So each step is written once, and found by the tag of either.
Trees are walked once, by direct children and tables from tag to step: a search per field (XPath, find) costs many
times more, and a harvest reads records by the hundred thousand.
"""
