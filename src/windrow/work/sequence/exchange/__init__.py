"""Sequences in the forms of other tools: Arazzo, Postman collections, lines of cURL."""
