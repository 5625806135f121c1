"""The API of Jaseci's task service: walkers now, later or on a schedule, and what became of them."""
