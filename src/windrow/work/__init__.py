"""How each kind of task is done, one folder each."""
