"""Koop 10, a real server of feature services (FeatureServer) as ArcGIS REST has them, on Node.js."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samples.servers.process import ROOT, ServerFailed, ServerProcess

MODULES = ROOT / ".cache" / "koop" / "node_modules"
_CHILD = Path(__file__).with_name("koop_child.js")


class Koop(ServerProcess):
    """A running Koop. `services` are by name: layers and tables as GeoJSON collections with Koop's `metadata`.

    A service may be an error instead, `{"error": 401}`. `write` replaces them all while it runs.
    """

    def __init__(self, folder: Path, services: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._services = folder / "services.json"
        self.write(services)
        surroundings = {"NODE_PATH": str(MODULES), "NODE_ENV": "production", "SUPPRESS_NO_CONFIG_WARNING": "1"}
        super().__init__([_node(), _CHILD, self._services], folder, surroundings)

    def write(self, services: Mapping[str, Any]) -> None:
        """Replace all its services."""
        whole = self._services.with_suffix(".new")
        whole.write_text(json.dumps(services))
        whole.replace(self._services)

    @property
    def catalogue_url(self) -> str:
        """The list of its services, which is ours: Koop has none."""
        return f"{self.url}/sample/rest/services"


def _node() -> str:
    node = shutil.which("node")
    if node is None or not MODULES.is_dir():
        raise ServerFailed("Koop or Node.js is missing: run `make setup-debian` and `make setup-koop`.")
    return node
