"""Starters of real third-party servers on loopback; each is a context manager and ends only what it started."""
