"""Sending: the files of a report to one destination, as attachments of a message or in a signed webhook."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from windrow.core.harvesting.reading import told
from windrow.core.notifying.kind import MANNERS
from windrow.core.notifying.signing import sign
from windrow.core.reporting.gathering import TITLES
from windrow.core.reporting.parameters import Wanted
from windrow.errors import BadInput, HostResting, ProcessLost, RemoteError
from windrow.model.destinations import Destination
from windrow.model.notifications import Channel, Secrets, hide_address
from windrow.model.reports import ReportFile
from windrow.model.runs import Level, Run
from windrow.ports.clocks import Clock
from windrow.ports.fetching import CourierMaker
from windrow.ports.notifying import Messenger
from windrow.ports.store import Blobs, Store
from windrow.ports.work import Work

LARGEST = 10 << 20
"""Bytes of all files together that are sent; where there are more, only their names and links are."""

MADE = "report.made"


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends reports.

    make_courier   gives what webhooks are sent by
    messenger      what Apprise's addresses are told by
    base_url       how this installation is reached from outside, for links; "" leaves them out
    """

    store: Store
    blobs: Blobs
    make_courier: CourierMaker
    messenger: Messenger
    clock: Clock
    base_url: str = ""

    def send(self, work: Work, name: str, wanted: Wanted) -> None:
        """Sends the run's files. Raises `NotFound` for a destination that there is not, `RemoteError`, `BadInput` and
        `ProcessLost`; none of them tells the address."""
        destination = self.store.destinations.find(name, tenant_id=work.run.tenant_id)
        secrets = self.store.destinations.secrets(destination.id)
        files = self._files(work.run)
        try:
            if destination.channel is Channel.WEBHOOK:
                self._post(work, wanted, secrets, files)
            else:
                title, text = self._words(work.run, wanted, files)
                self.messenger.tell(secrets.address, title, text, check=work.check, files=_sendable(files))
        except HostResting:
            raise
        except (RemoteError, BadInput, ProcessLost) as error:
            self._note(destination, error, secrets.address)
            # Its causes are not told on: they may name the address.
            raise error from None
        self.store.destinations.note_sent(destination.id, now=self.clock())
        work.log(Level.INFO, f"Sent to {destination.name} ({destination.shown}).")

    def _files(self, run: Run) -> list[ReportFile]:
        files = []
        for each in self.store.runs.list_outputs(run.id):
            with self.blobs.open(each.blob) as file:
                files.append(ReportFile(each.name, each.media_type, file.read()))
        return files

    def _post(self, work: Work, wanted: Wanted, secrets: Secrets, files: Sequence[ReportFile]) -> None:
        run, period = work.run, wanted.period
        data = {
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
        body = orjson.dumps({"type": MADE, "timestamp": self.clock().isoformat(), "data": data})
        # The run's id: the same at every attempt, so that a receiver can tell a message that comes twice.
        headers = sign(secrets.signing, message_id=f"msg_{run.id}", timestamp=int(self.clock().timestamp()), body=body)
        courier = self.make_courier(MANNERS, origin=secrets.address, credential=None, check=work.check)
        courier.send("POST", secrets.address, body, media_type="application/json", headers=headers)

    def _file(self, run: Run, file: ReportFile, *, whole: bool) -> dict[str, object]:
        told = {
            "name": file.name,
            "media_type": file.media_type,
            "size": len(file.content),
            "sha256": sha256(file.content).hexdigest(),
            "link": self._link(run, f"/outputs/{file.name}"),
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

    def _link(self, run: Run, path: str = "") -> str:
        return f"{self.base_url}/runs/{run.id}{path}" if self.base_url else ""

    def _note(self, destination: Destination, error: RemoteError | BadInput | ProcessLost, address: str) -> None:
        problem = hide_address(str(error), address)
        error.args = (problem,)
        error.__context__ = None
        self.store.destinations.note_problem(destination.id, told(problem), now=self.clock())


def _sendable(files: Sequence[ReportFile]) -> Sequence[ReportFile]:
    return files if sum(len(each.content) for each in files) <= LARGEST else ()
