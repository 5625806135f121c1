"""The process that Apprise works in: takes one order on standard input, answers on standard output, and ends.

Order: `{"do": "check" or "tell", "address", "title", "text", "allow": [..], "seconds", "files": [names of files in its
folder]}`. Answer: `{"service"}` or
`{"problem", "wrong": whether the address is no good, "forbidden": whether the policy was in the way}`.
"""

import json
import logging
import os
import resource
import signal
import sys
from collections.abc import Mapping
from typing import Any

from windrow.fetching.apprise.guarding import Guard
from windrow.fetching.policy import OutgoingPolicy

MEMORY = 2 << 30
"""Bytes of address space; Python with Apprise maps a tenth of it."""

TOLD = 3
"""Lines of Apprise's own log that are passed on."""


class Listener(logging.Handler):
    """Keeps what Apprise complains of. Nothing of that is printed: it may hold the address."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps a line."""
        self.heard.append(record.getMessage())


def carry_out(order: Mapping[str, Any], guard: Guard, listener: Listener) -> dict[str, Any]:
    """The answer to an order."""
    import apprise  # half a second, and fifty megabytes

    guard.install()
    asset = apprise.AppriseAsset(
        app_id="Windrow",
        app_desc="Windrow",
        app_url="",
        async_mode=False,
        secure_logging=True,
        plugin_paths=[],
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    service = apprise.Apprise.instantiate(order["address"], asset=asset, suppress_exceptions=True)
    if service is None:
        heard = [each for each in listener.heard if "://" not in each]
        told = "is no address that Apprise understands; its documentation tells how each service is written"
        return _problem(guard, heard, otherwise=told, wrong=True)
    name = str(service.service_name or type(service).__name__)
    if order["do"] == "check":
        return {"service": name}
    files = [os.path.join(os.getcwd(), each) for each in order.get("files", ())]
    attached = apprise.AppriseAttachment(files, asset=asset) if files and service.attachment_support else None
    text, title = order["text"], order["title"]
    if service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT, attach=attached):
        return {"service": name}
    return _problem(guard, listener.heard, otherwise=f"{name} did not take the message", wrong=False)


def _problem(guard: Guard, heard: list[str], *, otherwise: str, wrong: bool) -> dict[str, Any]:
    told = [guard.refused[0]] if guard.refused else heard[:TOLD]
    return {"problem": " ".join(told) or otherwise, "wrong": wrong, "forbidden": bool(guard.refused)}


def main() -> None:
    """Serves."""
    order = json.load(sys.stdin)
    # Whoever started this may be killed before it could end it.
    signal.alarm(int(order["seconds"]) + 5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answering = os.fdopen(os.dup(1), "w")
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    listener = Listener()
    root = logging.getLogger()
    root.handlers = [listener]
    logging.getLogger("apprise").handlers = [listener]
    logging.getLogger("apprise").propagate = False
    guard = Guard(OutgoingPolicy(allow=tuple(order["allow"])), os.getcwd())
    try:
        answer = carry_out(order, guard, listener)
    except Exception as error:  # noqa: BLE001 - the edge of a process: a service that fails in a way of its own
        answer = _problem(guard, [], otherwise=f"Apprise failed ({type(error).__name__})", wrong=False)
    json.dump(answer, answering)
    answering.flush()
    os._exit(0)  # threads that a service left behind have nobody to tell


if __name__ == "__main__":
    main()
