"""What OGC's web services say of themselves: the parts that the capabilities of WMS and WFS have in common.

Versions of one service spell the same things in different namespaces, or in none, and servers mix them up. So elements
are found by their local names.
"""
