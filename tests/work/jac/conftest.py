"""A garden whose walkers are those of Jac programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.core.walking.conftest import Garden
from windrow.assembly import Assembly
from windrow.settings import Settings


@contextmanager
def planted(data: Path, command: Path, folder: Path, **settings: Any) -> Iterator[Garden]:
    """An installation that runs the programs of a folder by this command."""
    made = Settings.model_construct(data=data, jac_command=command, jac_folders=(str(folder),), **settings)
    assembly = Assembly(made, durable=False)
    garden = Garden(assembly, None)  # type: ignore[arg-type]  # in a moment
    garden.ada = garden.somebody()
    try:
        yield garden
    finally:
        assembly.close()
