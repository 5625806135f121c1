"""The GeoNode face: harvesters, their resources and sessions, as GeoNode's API v2 has them."""
