"""Jac: the real language, with its own server. Its environment is built by `make jac` alone."""

import subprocess
from pathlib import Path

from samples.servers.process import ServerProcess, interpreter

_CHILD = Path(__file__).with_name("jac_child.py")


def jac_interpreter() -> Path:
    """The Python that has jaclang."""
    return interpreter("jac")


def root_in_jac() -> str:
    """How a program names the root of the graph: the older version, which Python 3.11 gets, wants a backquote."""
    said = subprocess.run([jac_interpreter(), "-V"], capture_output=True, text=True, check=True).stdout
    return "`root" if said.startswith("Python 3.11.") else "Root"


class JacServer(ServerProcess):
    """Jac's server for one program, whose walkers are at `/walker/<name>`. `folder` is its own."""

    def __init__(self, folder: Path, program: Path) -> None:
        super().__init__([jac_interpreter(), _CHILD, program], folder)
