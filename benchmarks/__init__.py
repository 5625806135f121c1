"""Benchmarks: speed and memory against the limits that Windrow promises. `python -m benchmarks --help`."""
