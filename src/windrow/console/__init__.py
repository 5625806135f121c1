"""The web console: pages for people, rendered on the server; they call the core as a face does."""
