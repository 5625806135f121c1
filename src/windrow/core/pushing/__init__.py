"""Pushing: what a source harvested, put into its targets."""
