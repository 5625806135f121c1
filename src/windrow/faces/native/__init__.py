"""Windrow's own REST API, under `/api/v1`."""
