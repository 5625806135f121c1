"""Copies: rows follow what a record names; a file is spare or named, never both, and never neither."""
