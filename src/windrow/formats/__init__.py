"""Metadata standards: bytes or elements to records, shared by the source kinds that carry them."""
