"""Walking: registered callables, run by name."""
