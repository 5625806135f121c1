"""Reporting: what Windrow tells of itself: the facts of a period, drawn as files, and sent to those who want them."""
