"""A garden whose walkers are those of live servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from tests.core.walking.conftest import Garden
from windrow.assembly import Assembly
from windrow.settings import Settings


@contextmanager
def listed(folder: Path, walkers: str, *, allow: tuple[str, ...] = ("127.0.0.1",)) -> Iterator[Garden]:
    """An installation with this file of walkers; it may ask on loopback."""
    file = folder / "walkers.toml"
    file.write_text(dedent(walkers))
    settings = Settings.model_construct(data=folder / "data", http_walkers=file, outgoing_allow=allow)
    assembly = Assembly(settings, durable=False)
    garden = Garden(assembly, None)  # type: ignore[arg-type]  # in a moment
    try:
        garden.ada = garden.somebody()
        yield garden
    finally:
        assembly.close()
