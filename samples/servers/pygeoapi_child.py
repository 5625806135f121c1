"""Runs in pygeoapi's own environment: serves records from TinyDB as OGC API Records, a folder of STAC, and processes.

    python pygeoapi_child.py PAGE RECORDS.json STAC_FOLDER

The first line of its output is its address. It ends when its standard input does.
"""

import json
import logging
import os
import socket
import sys
import threading
from pathlib import Path

import waitress


def configuration(url, page, records, scenes):
    """pygeoapi's settings; JSON is YAML too."""
    titled = {"description": "Real and generated metadata records", "keywords": ["catalogue"]}
    extents = {
        "spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
        "temporal": {"begin": None, "end": None},
    }
    links = [{"type": "text/html", "rel": "canonical", "title": "about", "href": "https://data.example.org/"}]
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 0},
            "url": url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "gzip": True,
            "languages": ["en-US"],
            "limits": {"default_items": 10, "max_items": page},
            # Jobs need a place to be kept; without one every process answers at once.
            "manager": {"name": "TinyDB", "connection": str(Path("jobs.db").resolve()), "output_dir": "."},
            "map": {"url": "https://tiles.example.org/{z}/{x}/{y}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": "Sample records",
                **titled,
                "keywords_type": "theme",
                "terms_of_service": "https://data.example.org/terms",
                "url": "https://data.example.org/",
            },
            "license": {"name": "CC-BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
            "provider": {"name": "Sample provider", "url": "https://data.example.org/"},
            "contact": {"name": "Sample contact", "email": "catalogue@example.org"},
        },
        "resources": {
            "records": {
                "type": "collection",
                "title": "Records",
                **titled,
                "links": links,
                "extents": extents,
                "providers": [
                    {
                        "type": "record",
                        "name": "TinyDBCatalogue",
                        "data": records,
                        "id_field": "id",
                        "time_field": "updated",
                        "title_field": "title",
                    }
                ],
            },
            "hello-world": {"type": "process", "processor": {"name": "HelloWorld"}},
            "echo": {"type": "process", "processor": {"name": "Echo"}},
            "scenes": {
                "type": "stac-collection",
                "title": "Scenes",
                **titled,
                "links": links,
                "extents": extents,
                "providers": [{"type": "stac", "name": "Hateoas", "data": scenes, "file_types": [".json"]}],
            },
        },
    }


def end_with_standard_input():
    """Whoever started us holds the other end; it closes even when they are killed."""
    while os.read(0, 1):
        pass
    os._exit(0)


def main():
    """Bind, configure, say where, serve."""
    page, records, scenes = sys.argv[1:]
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    Path("pygeoapi.yml").write_text(json.dumps(configuration(url, int(page), records, scenes)))
    os.environ["PYGEOAPI_CONFIG"] = str(Path("pygeoapi.yml").resolve())
    os.environ["PYGEOAPI_OPENAPI"] = str(Path("openapi.yml").resolve())
    # Both read the settings when they are imported.
    from pygeoapi.openapi import generate_openapi_document

    Path("openapi.yml").write_text(generate_openapi_document(Path("pygeoapi.yml"), "yaml"))
    from pygeoapi.flask_app import APP

    logging.disable(logging.WARNING)
    print(url, flush=True)
    waitress.serve(APP, sockets=[listener], threads=4)


if __name__ == "__main__":
    main()
