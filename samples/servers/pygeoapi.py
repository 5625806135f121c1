"""pygeoapi 0.21, a real server of OGC API Records, OGC API Processes, and of STAC as a browsable catalogue."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from samples.servers.process import ServerProcess, interpreter

_CHILD = Path(__file__).with_name("pygeoapi_child.py")


class Pygeoapi(ServerProcess):
    """A running pygeoapi. `folder` is its own; `records` are JSON records, `scenes` a static STAC catalogue's folder.

    `page` is the most records it gives in one answer. `write` replaces the records while it runs.
    """

    def __init__(
        self, folder: Path, records: Iterable[Mapping[str, Any]], *, scenes: Path | None = None, page: int = 100
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._records = folder / "records.json"
        self.write(records)
        words = [str(page), self._records, scenes or folder]
        super().__init__([interpreter("pygeoapi"), "-P", "-W", "ignore", _CHILD, *words], folder)

    def write(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Replace all its records, as TinyDB keeps them."""
        self._records.write_text(
            json.dumps({"_default": {str(number): each for number, each in enumerate(records, 1)}})
        )

    @property
    def records_url(self) -> str:
        """The collection of records."""
        return f"{self.url}/collections/records"

    @property
    def processes_url(self) -> str:
        """Its processes: `hello-world`, and `echo`, which takes as many seconds as its input `pause` says."""
        return f"{self.url}/processes"

    @property
    def stac_url(self) -> str:
        """Its STAC catalogue."""
        return f"{self.url}/stac/scenes"
