"""The kernels of this machine; the Python one is always that of the interpreter that Windrow itself runs in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from windrow.errors import BadInput

PYTHON = "python3"

HIDDEN = ".kernel"
"""Folder of the kernel's connection file and sockets, in the attempt's own."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel that is there. `instead_of`: the Python kernel that the notebook names and that is not here, or ""."""

    name: str
    language: str
    instead_of: str = ""


class OurSpecs(KernelSpecManager):
    """Those that are installed; what is called `python3` on this machine may be another Python without our packages."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The description of a kernel. Raises `NoSuchKernel`."""
        if kernel_name == PYTHON:
            return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())
        return super().get_kernel_spec(kernel_name)


def choose_kernel(metadata: Mapping[str, Any], asked: str) -> Kernel:
    """The kernel asked for, or the notebook's own, or else Python's. Raises `BadInput` when it is not here.

    Notebooks carry the names of their authors' environments: one in Python is run in ours.
    """
    said = metadata.get("kernelspec")
    named = said if isinstance(said, dict) else {}
    name = asked or str(named.get("name") or PYTHON)
    installed = {PYTHON: "python"} | {each: _language(spec) for each, spec in OurSpecs().get_all_specs().items()}
    if name in installed:
        return Kernel(name, installed[name])
    if not asked and _written_in(metadata, named) == "python":
        return Kernel(PYTHON, "python", instead_of=name)
    told = f"there is no kernel {name!r} on this worker; there are: {', '.join(sorted(installed))}"
    raise BadInput.of("parameters.kernel", told)


def make_manager(kernel: Kernel, folder: Path) -> AsyncKernelManager:
    """What starts the kernel. It is talked to by sockets in the attempt's folder, never by network ports.

    `folder` becomes the current one, and with it short enough for the 107 bytes that a socket's path may have.
    """
    os.chdir(folder)
    hidden = Path("..", HIDDEN)
    hidden.mkdir(mode=0o700, exist_ok=True)
    return AsyncKernelManager(
        kernel_name=kernel.name,
        kernel_spec_manager=OurSpecs(),
        transport="ipc",
        connection_file=str(hidden.absolute() / "connection.json"),
        ip=str(hidden / "line"),
    )


def _language(found: Mapping[str, Any]) -> str:
    return str(found.get("spec", {}).get("language", "")).lower()


def _written_in(metadata: Mapping[str, Any], named: Mapping[str, Any]) -> str:
    info = metadata.get("language_info")
    language = info.get("name") if isinstance(info, dict) else None
    return str(language or named.get("language") or "").lower()
