"""Windrow schedules, runs and watches harvests and jobs."""
