"""The paths of the native API, one file per word."""
