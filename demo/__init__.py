"""The demonstration: a real catalogue server, harvested in three ways, and the console to look at it."""
