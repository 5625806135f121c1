"""The agenda: tasks by name and by their next moment, and the calendar of what ran and what will run."""
