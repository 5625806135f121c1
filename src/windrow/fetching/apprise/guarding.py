"""What a process may do that carries out foreign code with foreign addresses: connect where the policy allows it.

Python itself asks before it connects, opens a file or starts a program (audit hooks, PEP 578), whatever library wants
it. A hook cannot be taken away again; so this is for a process that ends with its work.
"""

import os
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from windrow.fetching.policy import OutgoingPolicy

_PROGRAMS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"}
)
_CHANGES = frozenset({"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"})
_READABLE = (
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/usr/lib",
    "/usr/share",
    "/dev/null",
    "/dev/urandom",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass
class Guard:
    """Guards this process from `install` on, until it ends. `folder` is the only place that may be written to.

    refused   what was not allowed, in words
    """

    policy: OutgoingPolicy
    folder: str
    refused: list[str] = field(default_factory=list)
    _names: dict[str, set[str]] = field(default_factory=dict)
    _readable: tuple[str, ...] = ()

    def install(self) -> None:
        """Begins. Addresses are looked up by `socket.getaddrinfo` only: what C code would look up is refused."""
        authorities = ssl.get_default_verify_paths()
        places = [*_READABLE, *sys.path, sys.prefix, sys.base_prefix, self.folder]
        places += [each for each in (authorities.cafile, authorities.capath) if each]
        self._readable = tuple(os.path.realpath(each) for each in places if each)
        socket.getaddrinfo = self._noting(socket.getaddrinfo)
        sys.addaudithook(self._judge)

    def _noting(self, look_up: Callable[..., Any]) -> Callable[..., Any]:
        """The look-up, which keeps in mind what each address was looked up for: names can be on the allow list."""

        def noted(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
            found = look_up(host, port, *rest, **more)
            for each in found:
                name = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
                self._names.setdefault(str(each[4][0]), set()).add(name)
            return found

        return noted

    def _judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" or (event in ("socket.sendto", "socket.sendmsg") and arguments[1]):
            self._judge_address(arguments[1])
        elif event == "open":
            self._judge_file(*arguments)
        elif event in _PROGRAMS:
            self._refuse(f"it wanted to start a program ({event})")
        elif event in _CHANGES:
            self._refuse(f"it wanted to change files ({event})")

    def _judge_address(self, address: Any) -> None:
        host = str(address[0]).partition("%")[0] if isinstance(address, tuple) else ""
        try:
            ip_address(host)
        except ValueError:
            self._refuse("it wanted to connect to something on this machine, or to a name that was not looked up")
            return
        if not any(self.policy.permits(name, host) for name in (host, *self._names.get(str(address[0]), ()))):
            self._refuse(
                f"{host} is not a public address, and not on the allow list; an administrator can put it there"
            )

    def _judge_file(self, path: Any, mode: Any, flags: Any) -> None:
        if isinstance(path, int):
            return  # open already
        where = os.path.realpath(os.fsdecode(path))
        writes = bool((flags or 0) & _WRITING) or any(each in str(mode or "") for each in "wax+")
        allowed = (os.path.realpath(self.folder), "/dev/null") if writes else self._readable
        if not any(where == each or where.startswith(each.rstrip("/") + "/") for each in allowed):
            self._refuse("it wanted to open a file of this machine")

    def _refuse(self, why: str) -> None:
        self.refused.append(why)
        raise PermissionError(why)
