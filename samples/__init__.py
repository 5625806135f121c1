"""Sample data and third-party servers that the demo, the tests and the benchmarks share."""
