"""What a start loads: libraries that take long to load, and that only some of the work needs, wait until it comes."""

import json
import subprocess
import sys

HEAVY = (
    *("alembic", "apprise", "celery", "cryptography", "fastapi", "jinja2", "jsonschema", "lxml", "numpy", "psycopg"),
    *("pyarrow", "pydantic", "pyproj", "rdflib", "reportlab", "shapely", "sqlalchemy", "urllib3", "uvicorn"),
)

LOADING = """
import importlib, json, sys
told = {}
for name in ("windrow.cli.app", "windrow.assembly", "windrow.web.app"):
    importlib.import_module(name)
    told[name] = [each for each in json.loads(sys.argv[1]) if each in sys.modules]
print(json.dumps(told))
"""

WORKERS = ["pydantic", "sqlalchemy", "urllib3"]


def test_a_start_loads_no_more_than_all_its_work_needs() -> None:
    command = [sys.executable, "-c", LOADING, json.dumps(HEAVY)]

    told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    assert told == {
        "windrow.cli.app": [],
        "windrow.assembly": WORKERS,
        "windrow.web.app": sorted([*WORKERS, "fastapi", "jinja2"]),
    }
