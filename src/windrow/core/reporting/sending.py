"""Sending: the files of a report to one destination, as attachments of a message or in a signed webhook."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from windrow.core.reporting.delivering import Delivering, Letter
from windrow.core.reporting.gathering import TITLES
from windrow.core.reporting.parameters import Wanted
from windrow.model.reports import ReportFile
from windrow.model.runs import Level, Run
from windrow.ports.store import Blobs, Store
from windrow.ports.work import Work

LARGEST = 10 << 20
"""Bytes of all files together that are sent; where there are more, only their names and links are."""

MADE = "report.made"


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends reports.

    base_url   how this installation is reached from outside, for links; "" leaves them out
    """

    store: Store
    blobs: Blobs
    delivering: Delivering
    base_url: str = ""

    def send(self, work: Work, name: str, wanted: Wanted) -> None:
        """Sends the run's files. Raises `NotFound` for a destination that there is not, `RemoteError`, `BadInput` and
        `ProcessLost`; none of them tells the address."""
        destination = self.store.destinations.find(name, tenant_id=work.run.tenant_id)
        self.delivering.deliver(destination, self._letter(work.run, wanted), message_id=work.run.id, check=work.check)
        work.log(Level.INFO, f"Sent to {destination.name} ({destination.shown}).")

    def _letter(self, run: Run, wanted: Wanted) -> Letter:
        files = self._files(run)
        title, text = self._words(run, wanted, files)
        return Letter(title, text, MADE, self._data(run, wanted, files), _sendable(files))

    def _files(self, run: Run) -> list[ReportFile]:
        files = []
        for each in self.store.runs.list_outputs(run.id):
            with self.blobs.open(each.blob) as file:
                files.append(ReportFile(each.name, each.media_type, file.read()))
        return files

    def _data(self, run: Run, wanted: Wanted, files: Sequence[ReportFile]) -> dict[str, Any]:
        period = wanted.period
        return {
            "report": wanted.subject.value,
            "title": TITLES[wanted.subject],
            "name": run.name,
            "run": run.id,
            "since": period.since.isoformat(),
            "until": period.until.isoformat(),
            "zone": period.zone.key,
            "link": self._link(run),
            "files": [self._file(run, each, whole=bool(_sendable(files))) for each in files],
        }

    def _file(self, run: Run, file: ReportFile, *, whole: bool) -> dict[str, object]:
        told = {
            "name": file.name,
            "media_type": file.media_type,
            "size": len(file.content),
            "sha256": sha256(file.content).hexdigest(),
            "link": self._link(run, f"/outputs/{file.name}", within="/api/v1"),
        }
        return told | ({"content": base64.b64encode(file.content).decode()} if whole else {})

    def _words(self, run: Run, wanted: Wanted, files: Sequence[ReportFile]) -> tuple[str, str]:
        zone, period = wanted.period.zone, wanted.period
        span = (
            f"{period.since.astimezone(zone):%Y-%m-%d %H:%M} to before {period.until.astimezone(zone):%Y-%m-%d %H:%M}"
        )
        lines = [
            f"{TITLES[wanted.subject]}: {span}, {zone.key}.",
            "" if _sendable(files) else "The files are too large to be sent.",
            f"Files: {', '.join(each.name for each in files)}",
            self._link(run),
        ]
        return f"Report: {run.name}", "\n".join(filter(None, lines))

    def _link(self, run: Run, path: str = "", *, within: str = "") -> str:
        return f"{self.base_url}{within}/runs/{run.id}{path}" if self.base_url else ""


def _sendable(files: Sequence[ReportFile]) -> Sequence[ReportFile]:
    return files if sum(len(each.content) for each in files) <= LARGEST else ()
