"""The STAC API face, under `/stac`: harvested items and collections for STAC clients."""
