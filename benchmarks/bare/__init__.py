"""Bare Celery: tasks that do nothing, and chords of them, on the broker that Windrow's engine is measured on."""
