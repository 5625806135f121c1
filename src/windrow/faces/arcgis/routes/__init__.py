"""The paths of this face, by subject. GET and POST are both taken, as ArcGIS does."""
