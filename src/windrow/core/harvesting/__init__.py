"""Harvesting: passes over sources, from the first request to the last deletion."""
