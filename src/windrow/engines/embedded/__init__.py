"""The embedded engine: processes and threads on this machine, fed from the database and woken at once."""
