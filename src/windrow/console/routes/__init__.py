"""The console's paths, one file per word; each route is about ten lines and ends in a page or a redirect."""
