"""The OGC API Records face, under `/catalogue`: all records for catalogue clients."""
