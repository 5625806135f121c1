"""MapServer, a real server of WMS and WFS: Debian's CGI program behind an HTTP server of the standard library."""

import json
import os
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from samples.servers.daemon import program

_PATIENCE = 30.0
"""Seconds that one answer may take."""

_CONFIGURATION = """\
CONFIG
  ENV
    MS_MAP_PATTERN "."
    PROJ_NETWORK "OFF"
  END
  MAPS
    SAMPLE "{folder}/sample.map"
  END
END
"""

_MAP = """\
MAP
  NAME "sample"
  SIZE 400 300
  EXTENT -180 -90 180 90
  UNITS DD
  PROJECTION
    "init=epsg:4326"
  END
  OUTPUTFORMAT
    NAME "geojson"
    DRIVER "OGR/GEOJSON"
    MIMETYPE "application/json; subtype=geojson"
    FORMATOPTION "STORAGE=stream"
    FORMATOPTION "FORM=SIMPLE"
  END
  WEB
    METADATA
      "ows_title" "Sample maps"
      "ows_abstract" "Made for tests"
      "ows_onlineresource" "{url}"
      "ows_srs" "EPSG:4326 EPSG:3857 EPSG:25832"
      "ows_enable_request" "*"
      "ows_contactperson" "Ada Example"
      "ows_contactorganization" "Survey of Examples"
      "ows_contactposition" "Surveyor"
      "ows_contactelectronicmailaddress" "ada@survey.example"
      "ows_contactvoicetelephone" "+49 30 1234"
      "ows_fees" "none"
      "ows_accessconstraints" "CC BY 4.0"
      "ows_updatesequence" "{sequence}"
      "wfs_getfeature_formatlist" "geojson"
    END
  END
{layers}
END
"""

_LAYER = """\
  LAYER
    NAME "{name}"
    TYPE POLYGON
    STATUS ON
    TEMPLATE "none"
    CONNECTIONTYPE OGR
    CONNECTION "{folder}/{name}.geojson"
    PROJECTION
      "init=epsg:{system}"
    END
    {group}
    METADATA
      "ows_title" "{title}"
      "ows_abstract" "{abstract}"
      "ows_keywordlist" "{keywords}"
      "ows_srs" "EPSG:4326 EPSG:3857 EPSG:25832"
      "ows_metadataurl_href" "{url}about={name}"
      "ows_metadataurl_format" "text/xml"
      "ows_metadataurl_type" "TC211"
      "wms_attribution_title" "Example survey"
      "wms_attribution_onlineresource" "http://survey.example/"
      {time}
      "gml_include_items" "all"
      "gml_featureid" "number"
    END
    CLASS
      NAME "area"
      STYLE
        COLOR 200 60 60
      END
    END
  END
"""


@dataclass(frozen=True)
class MapLayer:
    """A layer of one rectangle: west, south, east, north in its own coordinates, in the EPSG system of that number.

    `group` is the name of the group layer it lies in; `time` is what the time dimension holds.
    """

    name: str
    title: str
    box: tuple[float, float, float, float]
    abstract: str = ""
    keywords: Sequence[str] = ()
    system: int = 4326
    group: str = ""
    time: str = ""


class MapServer:
    """A running MapServer; `folder` is its own. `write` replaces its layers while it runs.

    `requests` are the queries it was asked, in order.
    """

    def __init__(self, folder: Path, layers: Sequence[MapLayer]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._program = program("mapserv", "cgi-mapserver", also_in="/usr/lib/cgi-bin")
        self.requests: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/mapserv?map=SAMPLE"
        (folder / "mapserver.conf").write_text(_CONFIGURATION.format(folder=folder))
        self.write(layers)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="mapserver", daemon=True)
        self._thread.start()

    def write(self, layers: Sequence[MapLayer], *, sequence: int = 1) -> None:
        """Replaces all layers; `sequence` is the update sequence that it tells."""
        for each in layers:
            (self._folder / f"{each.name}.geojson").write_text(json.dumps(_features(each)))
        address = f"{self.url}&"
        told = "".join(_LAYER.format(**_words(each), folder=self._folder, url=address) for each in layers)
        text = _MAP.format(url=address, layers=told, sequence=sequence)
        drafted = self._folder / "sample.map.new"
        drafted.write_text(text)
        drafted.replace(self._folder / "sample.map")

    def answer(self, query: str) -> tuple[list[tuple[str, str]], bytes]:
        """What the program answers to a query: headers and body."""
        self.requests.append(query)
        environment = {
            **os.environ,
            "MAPSERVER_CONFIG_FILE": str(self._folder / "mapserver.conf"),
            "GATEWAY_INTERFACE": "CGI/1.1",
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": query,
            "SCRIPT_NAME": "/mapserv",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.port),
            "SERVER_PROTOCOL": "HTTP/1.1",
        }
        done = subprocess.run([self._program], env=environment, capture_output=True, timeout=_PATIENCE, check=True)
        head, _, body = done.stdout.replace(b"\r\n\r\n", b"\n\n", 1).partition(b"\n\n")
        lines = (line.partition(":") for line in head.decode("latin-1").splitlines() if ":" in line)
        return [(name.strip(), value.strip()) for name, _, value in lines], body

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _words(layer: MapLayer) -> dict[str, Any]:
    time = f'"wms_timeextent" "{layer.time}" "wms_timeitem" "number" "wms_timedefault" "2020"' if layer.time else ""
    return {
        "name": layer.name,
        "title": layer.title,
        "abstract": layer.abstract,
        "keywords": ",".join(layer.keywords),
        "system": layer.system,
        "group": f'GROUP "{layer.group}"' if layer.group else "",
        "time": time,
    }


def _features(layer: MapLayer) -> dict[str, Any]:
    west, south, east, north = layer.box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{layer.system}"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"number": 1, "name": layer.title},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }


class _Handler(BaseHTTPRequestHandler):
    """Hands requests to the program."""

    protocol_version = "HTTP/1.1"

    def __init__(self, maps: MapServer, *words: Any) -> None:
        self._maps = maps
        super().__init__(*words)

    def do_GET(self) -> None:
        """Answers what the program answers."""
        headers, body = self._maps.answer(self.path.partition("?")[2])
        with suppress(ConnectionError):  # a client that could not wait
            self.send_response(200)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002 - its name in the standard library
        """Say nothing."""
