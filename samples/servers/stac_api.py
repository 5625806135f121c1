"""stac-fastapi on PgSTAC, the STAC API server of the big platforms."""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from samples.servers.process import ServerProcess, interpreter

_CHILD = Path(__file__).with_name("stac_api_child.py")


class StacApi(ServerProcess):
    """A running STAC API over an empty database of its own (a SQLAlchemy URL; it needs PostGIS).

    `catalogue` is the folder of a static catalogue to load. Changes go in by its Transaction extension.
    """

    def __init__(self, folder: Path, database_url: str, catalogue: Path) -> None:
        database = urlsplit(database_url)
        surroundings = {
            "PGHOST": str(database.hostname),
            "PGPORT": str(database.port),
            "PGUSER": str(database.username),
            "PGPASSWORD": "trusted",
            "PGDATABASE": database.path.lstrip("/"),
            "ENABLE_TRANSACTIONS_EXTENSIONS": "TRUE",
        }
        super().__init__([interpreter("stac"), "-P", "-W", "ignore", _CHILD, catalogue], folder, surroundings)

    def put(self, item: Mapping[str, Any]) -> None:
        """Add an item to its collection, or replace it."""
        address = f"{self.url}/collections/{item['collection']}/items"
        known = any(feature["id"] == item["id"] for feature in self._get(f"{address}?limit=10000")["features"])
        self._send("PUT" if known else "POST", f"{address}/{item['id']}" if known else address, item)

    def delete(self, collection: str, item: str) -> None:
        """Delete an item."""
        self._send("DELETE", f"{self.url}/collections/{collection}/items/{item}", None)

    def _get(self, url: str) -> dict[str, Any]:
        with urllib.request.urlopen(url, timeout=30) as answer:
            document: dict[str, Any] = json.load(answer)
        return document

    def _send(self, method: str, url: str, document: Mapping[str, Any] | None) -> None:
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
        urllib.request.urlopen(request, timeout=30).close()
