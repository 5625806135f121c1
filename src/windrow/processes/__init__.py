"""The processes of an installation: API, clock and workers, and what keeps them."""
