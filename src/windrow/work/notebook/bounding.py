"""How much of what cells give is kept in the executed notebook. What they print goes to the run's log as well."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_PRINTED = 1 << 20
"""Characters that one cell may print into the notebook."""

MOST_SHOWN = 40 << 20
"""Characters of pictures, tables and texts in one notebook: an item has at most 64 MiB."""


@dataclass(slots=True)
class Room:
    """What is left of it. `dropped`: characters that the present cell gave beyond that."""

    shown: int = MOST_SHOWN
    printed: int = MOST_PRINTED
    dropped: int = field(default=0, init=False)

    def begin_cell(self) -> None:
        """The next cell may print as much as this one."""
        self.printed, self.dropped = MOST_PRINTED, 0

    def fit(self, message: Mapping[str, Any]) -> bool:
        """Whether an output fits; what is printed is cut to what does, and written to the log."""
        content = message["content"]
        if message["msg_type"] != "stream":
            return self._take(sum(len(str(each)) for each in (content.get("data") or {}).values()))
        stream = sys.stderr if content["name"] == "stderr" else sys.stdout
        stream.write(content["text"])
        fits = min(self.printed, self.shown)
        self.dropped += max(0, len(content["text"]) - fits)
        content["text"] = content["text"][:fits]
        self.printed -= len(content["text"])
        self.shown -= len(content["text"])
        return bool(content["text"])

    def _take(self, size: int) -> bool:
        if size > self.shown:
            self.dropped += size
            return False
        self.shown -= size
        return True
