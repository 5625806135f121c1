"""Makes the lock files anew from pyproject.toml: every package with its version and its hashes, for all platforms."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = ROOT / ".cache" / "uv" / "bin" / "uv"

SETTINGS = {**os.environ, "UV_SYSTEM_CERTS": "true", "UV_PYTHON_DOWNLOADS": "never"}

LOCKS = {
    "requirements.lock": ["pyproject.toml"],
    # The tests run with exactly what users get, and more beside it.
    "requirements-dev.lock": ["pyproject.toml", "--group", "dev", "--constraints", "requirements.lock"],
    # The image of an installation with Celery, as the tests tried it.
    "requirements-celery.lock": ["pyproject.toml", "--extra", "celery", "--constraints", "requirements-dev.lock"],
    "requirements-pycsw.lock": ["--group", "pycsw"],
    "requirements-pygeoapi.lock": ["--group", "pygeoapi"],
    "requirements-stac.lock": ["--group", "stac"],
    "requirements-jac.lock": ["--group", "jac"],
    "requirements-notebooks.lock": [
        *("pyproject.toml", "--extra", "notebooks"),
        *("--constraints", "requirements-dev.lock"),
    ],
    "requirements-beat.lock": ["--group", "beat"],
    "requirements-setup.lock": ["--group", "setup"],
}
# No host names, no comments: a lock tells what, not where from.
OPTIONS = [
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--no-header",
]
# The same for Koop, the one server on Node.js.
KOOP = ROOT / "samples" / "servers" / "koop"
KOOP_COMMAND = [
    *("npm", "install", "--package-lock-only", "--omit-lockfile-registry-resolved"),
    *("--legacy-peer-deps", "--no-audit", "--no-fund"),
]


def main() -> None:
    """Make them all; with `--upgrade` take the newest versions, without it keep what still fits."""
    for lock, inputs in LOCKS.items():
        print(f"Locking {lock} ...", flush=True)
        command = [str(UV), "pip", "compile", *OPTIONS, *inputs, "--output-file", lock, *sys.argv[1:]]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=SETTINGS)
    print("Locking samples/servers/koop/package-lock.json ...", flush=True)
    if "--upgrade" in sys.argv[1:]:
        (KOOP / "package-lock.json").unlink(missing_ok=True)
    subprocess.run(KOOP_COMMAND, cwd=KOOP, check=True, stdout=subprocess.DEVNULL)
    print("Locked. Look at the difference before you commit it.")


if __name__ == "__main__":
    main()
