"""Sets up what a command needs, once: Python environments from their locks, and Debian packages for the tests.

    python3 tools/set_up.py runtime pycsw        what the demo needs
    python3 tools/set_up.py dev debian pycsw ... what the tests need

It uses nothing but the standard library. A second call finds everything ready and says nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
SETUP_LOCK = ROOT / "requirements-setup.lock"
UV = CACHE / "uv" / "bin" / "uv"


@dataclass(frozen=True)
class Environment:
    """A virtual environment made from a lock. `includes` names the smaller one that it makes ready as well."""

    folder: Path
    lock: str
    what: str
    project: bool = False
    includes: str = ""

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def digest(self) -> str:
        """Changes whenever it must be set up again."""
        inputs = [(ROOT / self.lock).read_bytes(), sys.version.encode(), str(self.folder).encode()]
        if self.project:
            inputs.append((ROOT / "pyproject.toml").read_bytes())
        return hashlib.sha256(b"\0".join(inputs)).hexdigest()


ENVIRONMENTS = {
    "runtime": Environment(ROOT / ".venv", "requirements.lock", "Windrow", project=True),
    "dev": Environment(
        ROOT / ".venv", "requirements-dev.lock", "Windrow and its tests", project=True, includes="runtime"
    ),
    "pycsw": Environment(CACHE / "pycsw", "requirements-pycsw.lock", "pycsw, a catalogue server to harvest"),
    "pygeoapi": Environment(CACHE / "pygeoapi", "requirements-pygeoapi.lock", "pygeoapi, an OGC API server to harvest"),
    "beat": Environment(
        CACHE / "beat", "requirements-beat.lock", "django-celery-beat, to measure ours against and to import from"
    ),
    "jac": Environment(CACHE / "jac", "requirements-jac.lock", "jaclang, which runs Jac programs and serves them"),
    "stac": Environment(CACHE / "stac", "requirements-stac.lock", "stac-fastapi, a STAC API server to harvest"),
}

# A server on Node.js: what it needs stands in the lock beside it, and goes into .cache as everything does.
KOOP = ROOT / "samples" / "servers" / "koop"

# What proves that it is there (a path pattern or a program), and the Debian package that brings it.
DEBIAN = (
    ("/usr/lib/postgresql/*/bin/postgres", "postgresql"),
    ("/usr/share/postgresql/*/extension/postgis.control", "postgresql-postgis"),
    ("/usr/bin/redis-server", "redis-server"),
    ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"),
    ("/usr/sbin/ip", "iproute2"),
    ("/usr/sbin/nginx", "nginx-light"),
    ("/usr/lib/cgi-bin/mapserv", "cgi-mapserver"),
    ("/usr/bin/chromium", "chromium"),
    ("/usr/share/fonts/truetype/liberation*", "fonts-liberation"),
    ("/usr/bin/systemd-analyze", "systemd"),
    ("/usr/bin/node", "nodejs"),
    ("/usr/bin/npm", "npm"),
)


def main() -> None:
    """Set up what the arguments name, in their order."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this line is what tells people with an older one
        fail(f"Windrow needs Python 3.11 or newer; {sys.executable} is older. Try: make PYTHON=python3.12 ...")
    started = time.monotonic()
    done = [name for name in sys.argv[1:] if set_up(name)]
    if done:
        say(f"Set up in {time.monotonic() - started:.0f} s. The next start needs none of this.")


def set_up(name: str) -> bool:
    """Set up one thing; returns whether there was anything to do."""
    if name == "debian":
        return set_up_debian()
    if name == "koop":
        return set_up_koop()
    environment = ENVIRONMENTS[name]
    stamp = environment.folder / f"ready-{name}"
    digest = environment.digest()
    if stamp.exists() and stamp.read_text() == digest:
        compile_ours(environment)
        return False
    with Progress(f"Installing {environment.what}", f"{count_packages(environment)} packages"):
        install(environment)
        compile_ours(environment)
    stamp.write_text(digest)
    if environment.includes:
        smaller = ENVIRONMENTS[environment.includes]
        (environment.folder / f"ready-{environment.includes}").write_text(smaller.digest())
    return True


def count_packages(environment: Environment) -> int:
    """How many packages its lock names."""
    return sum("==" in line for line in (ROOT / environment.lock).read_text().splitlines())


def install(environment: Environment) -> None:
    """Make the environment: by uv, ten times faster, or by pip where uv cannot be had or does not reach its index.

    pip is the one that knows this machine's own settings, such as a mirror in pip.conf.
    """
    lock = ["--require-hashes", "-r", str(ROOT / environment.lock)]
    project = ["--no-deps", "--editable", str(ROOT)] if environment.project else []
    if uv_is_there():
        run([sys.executable, "-m", "venv", "--without-pip", str(environment.folder)])
        words = [str(UV), "--quiet", "pip", "install", "--compile-bytecode", "--python", str(environment.python)]
        if succeeds([*words, *lock]) and (
            not project or succeeds([*words, "--build-constraints", str(SETUP_LOCK), *project])
        ):
            return
        print(" uv could not, so pip does it, which takes minutes ...", end="", flush=True)
    run([sys.executable, "-m", "venv", str(environment.folder)])
    words = [str(environment.python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    run([*words, *lock])
    if project:
        run([*words, *project])


def compile_ours(environment: Environment) -> None:
    """Keep our modules compiled, also where Python is told to write no bytecode: every process starts twice as fast."""
    if environment.project:
        run([str(environment.python), "-m", "compileall", "-q", str(ROOT / "src"), str(ROOT / "samples")])


def uv_is_there() -> bool:
    """Whether there is uv, after an attempt to get it into an environment of its own."""
    if UV.exists():
        return True
    require_venv()
    folder = UV.parents[1]
    run([sys.executable, "-m", "venv", str(folder)])
    words = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    return succeeds([*words, "--require-hashes", "-r", str(SETUP_LOCK)])


def require_venv() -> None:
    """Debian keeps a part of Python's venv in a package of its own."""
    if not succeeds([sys.executable, "-c", "import ensurepip, venv"]):
        apt_install([f"python3.{sys.version_info.minor}-venv"])


def set_up_koop() -> bool:
    """Install Koop for the tests from its lock; returns whether there was anything to do."""
    folder = CACHE / "koop"
    stamp, lock = folder / "ready-koop", KOOP / "package-lock.json"
    digest = hashlib.sha256(lock.read_bytes() + str(folder).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return False
    if not shutil.which("npm"):
        fail("Koop needs Node.js and npm: run `make setup-debian`, or install the Debian packages nodejs and npm.")
    packages = lock.read_text().count('"node_modules/')
    with Progress("Installing Koop, a server of feature services to harvest", f"{packages} packages"):
        folder.mkdir(parents=True, exist_ok=True)
        for each in (KOOP / "package.json", lock):
            shutil.copy(each, folder)
        # Neither strangers' scripts, nor what would have to be compiled: Koop does without both.
        without = ["--ignore-scripts", "--omit=optional", "--legacy-peer-deps", "--no-audit", "--no-fund"]
        run(["npm", "ci", "--prefix", str(folder), *without])
    stamp.write_text(digest)
    return True


def set_up_debian() -> bool:
    """Install the Debian packages that are missing; returns whether any was."""
    missing = missing_packages()
    if missing:
        with Progress("Installing from Debian", ", ".join(missing)):
            apt_install(missing)
        if missing_packages():
            fail(f"Still missing after apt-get install: {', '.join(missing_packages())}.")
    return bool(missing)


def missing_packages() -> list[str]:
    """The packages of which the proof is not there."""
    return [package for pattern, package in DEBIAN if not any(Path("/").glob(pattern.lstrip("/")))]


def apt_install(packages: Sequence[str]) -> None:
    """Install them as root; fail loudly where that cannot be."""
    by_hand = f"Please install them by hand: apt-get install --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        fail(f"The Debian packages {', '.join(packages)} are missing, and this machine has no apt-get. {by_hand}")
    root = [] if os.geteuid() == 0 else ["sudo"] if sys.stdin.isatty() else ["sudo", "--non-interactive"]
    if root and not shutil.which("sudo"):
        fail(f"The Debian packages {', '.join(packages)} are missing, and it takes root to install them. {by_hand}")
    settings = ["env", "DEBIAN_FRONTEND=noninteractive"]
    apt = [*root, *settings, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    if not succeeds([*apt, "update"]) or not succeeds([*apt, "install", "--no-install-recommends", *packages]):
        fail(f"apt-get could not install {', '.join(packages)}; it said:\n{LAST_WORDS[-1]}\n{by_hand}")


# uv trusts the certificates of its own build unless told to trust this machine's, as pip does.
SETTINGS = {"UV_SYSTEM_CERTS": "true", "UV_PYTHON_DOWNLOADS": "never", "PIP_NO_INPUT": "1"}

LAST_WORDS = [""]
"""What the last command that failed had to say."""


def succeeds(command: Sequence[str]) -> bool:
    """Run it silently, and tell whether it succeeded; what it said otherwise is the last of LAST_WORDS."""
    settings = {**os.environ, **SETTINGS}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=settings, check=False)
    if done.returncode:
        LAST_WORDS.append(done.stdout.decode(errors="replace")[-3000:])
    return done.returncode == 0


def run(command: Sequence[str]) -> None:
    """Run it silently; where it fails, so do we, with what it said."""
    if not succeeds(command):
        fail(f"This failed: {' '.join(command)}\n{LAST_WORDS[-1]}")


def say(words: str) -> None:
    """A line for whoever waits."""
    print(words, flush=True)


def fail(words: str) -> NoReturn:
    """Say what is wrong, and end."""
    raise SystemExit(f"\nSet-up failed. {words}")


class Progress:
    """A line that says what is being done, counts the seconds on a terminal, and says when it is done."""

    def __init__(self, doing: str, what: str) -> None:
        self._line = f"{doing} ({what})"
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> None:
        print(f"{self._line} ...", end="", flush=True)
        self._ticker.start()

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self._ended.set()
        self._ticker.join()
        print(f" {'failed' if error else 'done'} after {time.monotonic() - self._started:.0f} s", flush=True)

    def _tick(self) -> None:
        while sys.stdout.isatty() and not self._ended.wait(1):
            print(f"\r{self._line} ... {time.monotonic() - self._started:.0f} s", end="", flush=True)


if __name__ == "__main__":
    main()
