"""The lock files say exactly what is installed, and not where from."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from samples.servers.process import ROOT

LOCKS = sorted(ROOT.glob("requirements*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_has_its_version_and_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()

    entries = re.split(r"\n(?=\S)", text.strip())

    assert [entry for entry in entries if not re.match(r"[\w.\[\],-]+==\S+", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"://|index-url|find-links", text)


def test_every_package_of_the_server_on_node_has_its_version_and_hash_and_no_address() -> None:
    folder = ROOT / "samples" / "servers" / "koop"
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]

    packages = json.loads((folder / "package-lock.json").read_text())["packages"]

    there = {name: each for name, each in packages.items() if name}
    assert {name: there[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, each in there.items() if not each["integrity"].startswith("sha512-")] == []
    assert [name for name, each in there.items() if "resolved" in each] == []


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime, dev = versions("requirements.lock"), versions("requirements-dev.lock")

    wanted = {normal(each) for each in project["project"]["dependencies"]}
    wanted_by_tests = {normal(each) for each in project["dependency-groups"]["dev"]}

    assert wanted - set(runtime) == set(), "run `make lock`"
    assert wanted_by_tests - set(dev) == set(), "run `make lock`"


def test_the_tests_run_with_what_users_get() -> None:
    dev = versions("requirements-dev.lock")

    assert {package: dev.get(package) for package in versions("requirements.lock")} == versions("requirements.lock")


def test_an_image_with_celery_has_what_the_tests_run_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    dev, image = versions("requirements-dev.lock"), versions("requirements-celery.lock")

    wanted = {normal(each) for each in (*project["dependencies"], *project["optional-dependencies"]["celery"])}

    assert wanted - set(image) == set(), "run `make lock`"
    assert {package: dev.get(package) for package in image} == image


def versions(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(normal(package), set()).add(version)
    return found


def normal(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found
    return found.group().lower().replace("_", "-").replace(".", "-")
