"""Pipelines: tasks in an order of their own, each begun when those before it have ended."""
