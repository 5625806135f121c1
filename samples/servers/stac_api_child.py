"""Runs in stac-fastapi's own environment: loads a static catalogue into PgSTAC and serves it as a STAC API.

    python stac_api_child.py STATIC_CATALOGUE_FOLDER

The database is named by the PG* variables. The first line of its output is its address. It ends when its standard
input does.
"""

import json
import os
import socket
import sys
import threading
from pathlib import Path

import uvicorn
from pypgstac.db import PgstacDB
from pypgstac.load import Loader, Methods
from pypgstac.migrate import Migrate
from stac_fastapi.pgstac.app import create_app


def load(folder):
    """Put the collections and items of a static catalogue into the database, without their links."""
    collections = [read(path) for path in sorted(folder.glob("*/collection.json"))]
    items = [read(path) for path in sorted(folder.glob("*/*/*.json"))]
    with PgstacDB() as database:
        Migrate(database).run_migration()
        loader = Loader(db=database)
        loader.load_collections(iter(collections), Methods.insert)
        loader.load_items(iter(items), Methods.insert)


def read(path):
    """A document without links: the server makes its own."""
    return {**json.loads(path.read_bytes()), "links": []}


def end_with_standard_input():
    """Whoever started us holds the other end; it closes even when they are killed."""
    while os.read(0, 1):
        pass
    os._exit(0)


class Announcing(uvicorn.Server):
    """Says where it listens once it answers."""

    async def startup(self, sockets=None):
        """Start, then tell."""
        await super().startup(sockets)
        print(f"http://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)


def main():
    """Load, bind, serve."""
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    load(Path(sys.argv[1]))
    listener = socket.create_server(("127.0.0.1", 0))
    Announcing(uvicorn.Config(create_app(), log_level="warning")).run([listener])


if __name__ == "__main__":
    main()
