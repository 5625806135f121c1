"""Importers: what other systems know, taken over. Each has a folder of its own."""
