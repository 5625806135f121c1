"""The image is made of files that are there, by their hashes, and runs as nobody in particular."""

import fnmatch
import re
import tomllib

from samples.servers.process import ROOT
from tests.deploy.files import COMPOSE, CONTAINER, KUBERNETES, documents
from windrow.cli.app import root
from windrow.settings import Settings

Instruction = tuple[str, str]


def stages() -> list[list[Instruction]]:
    """The instructions of the Dockerfile, stage by stage, with lines that go on put together."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", (CONTAINER / "Dockerfile").read_text(), flags=re.MULTILINE))
    found: list[list[Instruction]] = []
    for line in filter(None, text.splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


def all_of(word: str, stage: list[Instruction]) -> list[str]:
    return [rest for each, rest in stage if each == word]


def copied() -> list[str]:
    """What is copied from the project."""
    lines = [line.split() for stage in stages() for line in all_of("COPY", stage)]
    return [word for words in lines if not words[0].startswith("--from=") for word in words[:-1]]


def commands() -> list[str]:
    """The commands that are run while it is built, one by one."""
    return [command.strip() for stage in stages() for line in all_of("RUN", stage) for command in line.split("&&")]


def told_locks() -> str:
    """Where somebody is told which lock to build from."""
    return "".join(path.read_text() for path in (CONTAINER / "Dockerfile", COMPOSE / "compose.celery.yaml"))


def is_let_through(path: str) -> bool:
    """Whether the builder is sent it: the last pattern that fits decides."""
    sent = True
    for pattern in (CONTAINER / "Dockerfile.dockerignore").read_text().splitlines():
        if pattern and not pattern.startswith("#") and fnmatch.fnmatch(path, pattern.lstrip("!")):
            sent = pattern.startswith("!")
    return sent


def test_what_is_copied_is_there_and_sent_to_the_builder() -> None:
    assert {"requirements.lock", "src", "pyproject.toml"} <= set(copied())
    assert [path for path in copied() if not (ROOT / path).exists()] == []
    assert [path for path in copied() if not is_let_through(path)] == []
    assert [path for path in (".git", ".venv", "tests", "windrow-data") if is_let_through(path)] == []


def test_the_project_is_sent_with_all_that_it_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert {project["readme"], *project["license-files"]} <= set(copied())


def test_everything_installed_is_known_by_its_hash() -> None:
    installs = [command for command in commands() if " install " in command and "pip" in command]

    unknown = [each for each in installs if "--require-hashes" not in each and "--no-index" not in each]
    locks = set(re.findall(r"LOCK[=:] ?(\S+\.lock)", told_locks()))

    assert len(installs) == 3
    assert unknown == []
    assert locks == {"requirements.lock", "requirements-celery.lock"}
    assert locks <= set(copied())


def test_it_runs_as_a_number_that_is_not_root() -> None:
    (user,) = all_of("USER", stages()[-1])
    numbers = [int(each) for each in user.split(":")]
    manifests = [each for path in KUBERNETES.glob("*.yaml") for each in documents(path) if each["kind"] == "Deployment"]
    contexts = [each["spec"]["template"]["spec"]["securityContext"] for each in manifests]

    assert min(numbers) > 0
    assert {(each["runAsUser"], each["runAsGroup"]) for each in contexts} == {tuple(numbers)}


def test_it_is_windrow_and_listens_where_it_says() -> None:
    last = stages()[-1]

    assert all_of("ENTRYPOINT", last) == ['["windrow"]']
    assert all_of("CMD", last) == ['["up"]']
    assert "up" in root().commands
    assert all_of("EXPOSE", last) == [str(Settings.model_fields["port"].default)]


def test_the_files_that_name_the_image_name_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    texts = [path.read_text() for folder in (COMPOSE, KUBERNETES) for path in sorted(folder.rglob("*.yaml"))]

    named = [each for text in texts for each in re.findall(r"image: windrow:(\S+)", text)]

    assert named == [f"{version}-celery", version, version, version, version]
