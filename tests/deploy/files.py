"""The deployment files, as their tests read them."""

from pathlib import Path
from typing import Any

import yaml

from samples.servers.process import ROOT

DEPLOY = ROOT / "deploy"
SYSTEMD = DEPLOY / "systemd"
CONTAINER = DEPLOY / "container"
COMPOSE = DEPLOY / "compose"
KUBERNETES = DEPLOY / "kubernetes"
CELERY_VARIANT = DEPLOY / "kubernetes-celery"

KEY = "b3RoZXIgaG9zdHMgbmVlZCB0aGUgc2FtZSBrZXkgISE="
SECRETS = {
    "database_url": "postgresql://windrow:secret@database/windrow",
    "secret_key": KEY,
    "admin_password": "correct horse battery",
    "broker_url": "redis://broker.example:6379/0",
}
"""What may stand in the files of secrets."""


def name(path: Path) -> str:
    """Its path below `deploy`, as a reader would write it."""
    return path.relative_to(DEPLOY).as_posix()


def documents(path: Path) -> list[dict[str, Any]]:
    """The documents of a YAML file."""
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def assignments(path: Path) -> dict[str, str]:
    """What a file of lines like `NAME=value` sets."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
