"""The ArcGIS face: scheduled tasks, their runs, items and signing in, as a portal's Sharing API has them."""
