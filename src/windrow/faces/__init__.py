"""The ways in by protocol: one folder per protocol, each translating its words to ours and back. They do not meet."""
