"""What the pages show, put together from what the core answers; templates hold no logic."""
