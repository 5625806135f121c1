"""The paths of this face, by subject. What is read is read by GET and POST, as ArcGIS has it; changes are POSTs."""
