"""Copying: fetching the data itself that records link to."""
