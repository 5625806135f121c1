"""Sequences: what a run of one may ask of the installation around it."""
