"""Loading walkers: from the packages that are installed, and from the files of folders."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import structlog

from windrow.ports.walkers import Walker, walkers_in

log = structlog.get_logger()


def load_walkers(
    entries: Iterable[EntryPoint], folders: Sequence[Path], others: Iterable[tuple[str, Walker]] = ()
) -> dict[str, Walker]:
    """Every walker, by name. What cannot be loaded is logged and left out; of two of a name the first counts.

    entries  of the packages that bring some
    others   walkers that do not come as Python, each with the place that it comes from
    """
    found: dict[str, Walker] = {}
    for origin, walker in (*_installed(entries), *_in(folders), *others):
        if walker.name in found:
            log.error("a walker of this name is there already", walker=walker.name, left_out=origin)
        found.setdefault(walker.name, walker)
    return found


def _installed(entries: Iterable[EntryPoint]) -> Iterator[tuple[str, Walker]]:
    for entry in entries:
        try:
            walkers = walkers_in(entry.load())
        except Exception:
            # A visitor that cannot come in must not keep the house shut.
            log.exception("walkers could not be loaded", package=entry.value)
            continue
        for each in walkers:
            yield entry.value, each


def _in(folders: Sequence[Path]) -> Iterator[tuple[str, Walker]]:
    for folder in folders:
        for path in sorted(folder.glob("*.py")):
            for each in _load(path):
                yield str(path), each


def _load(path: Path) -> list[Walker]:
    name = f"windrow_walkers.{path.parent.name}.{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        return []
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickling look a class's module up there
    try:
        spec.loader.exec_module(module)
    except Exception:
        del sys.modules[name]
        log.exception("walkers could not be loaded", file=str(path))
        return []
    return walkers_in(module)
