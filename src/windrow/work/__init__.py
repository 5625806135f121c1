"""How each kind of task is done that needs no store, one folder per kind.

A kind of your own is a class as `WorkKind` in `windrow/ports/work.py` says, made known by one line in the
`pyproject.toml` of your package; docs/reference/work-kinds.md has an example. What several of the kinds here have in
common, following a job on another server to its end, is in `remote_jobs`.
"""
