"""How each kind of task is done: a folder for each kind. Kinds know neither the store nor one another."""
