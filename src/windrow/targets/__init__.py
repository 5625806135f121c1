"""How records are written to each kind of other catalogue, one folder per kind.

A kind of your own is a class as `TargetKind` in `windrow/ports/targets.py` says: a `name`, a `title`, the JSON Schema
of its settings, and three methods, `check`, `put` and `remove`. It is made known by one line in the `pyproject.toml` of
your package, and the package installed beside Windrow::

    [project.entry-points."windrow.target_kinds"]
    my_kind = "my_package.target:MyKind"

The entry point's name is the kind's `name`; its object is called without arguments. What a kind may rely on, and must
hold to:

- It keeps nothing. What stands where is kept by whoever calls it, and given back as `Item.remote`.
- `put` may be called again after a crash, with an empty `remote` although the record arrived: look for it by
  `Item.identifier` first, or write in a way that cannot make two.
- All requests go through the courier, which has the credential, keeps the pace and checks addresses. What it sends is
  sent once; what it gets is tried again.
- Whatever the far server says becomes a `RemoteError`: its own words belong into the message. A record that can never
  go there is `Unfit`.
- Several threads may call it at once, also for the same target.

Every setting has a title, a description and a default: forms and the reference pages are made of them.
"""
