"""Asking a target: its kind, the courier that goes there, and what keeps either from being had."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from windrow.core.pushing.places import Places, is_folder
from windrow.errors import RemoteForbidden
from windrow.model.sources import Credential
from windrow.model.targets import Target
from windrow.ports.deliveries import Targets
from windrow.ports.fetching import Answer, Check, Courier, CourierMaker, Manners, Validators
from windrow.ports.targets import TargetKind, TargetRequest

TargetKindFinder = Callable[[str], TargetKind]
"""Gives the target kind of a name; raises `BadInput` for one that is not installed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """All that is needed to ask a target something."""

    kind: TargetKind
    request: TargetRequest
    courier: Courier


@dataclass(frozen=True, slots=True)
class Asking:
    """Makes ready to ask targets."""

    targets: Targets
    find_kind: TargetKindFinder
    courier_maker: CourierMaker
    places: Places

    def ready(self, target: Target, check: Check, *, credential: Credential | None = None) -> Asked:
        """What a target is asked with. Raises `BadInput` for a kind that is not installed, and for a folder that may
        not be written to; `RemoteForbidden` for a host that may not be asked."""
        kind = self.find_kind(target.kind)
        request = TargetRequest(self.places.really(target.url), target.settings)
        if is_folder(target.url):
            return Asked(kind, request, Homebody())
        if credential is None and target.has_credential:
            credential = self.targets.credential(target.id)
        manners = Manners(requests_per_second=target.pace.requests_per_second, concurrency=target.pace.concurrency)
        courier = self.courier_maker(manners, origin=target.url, credential=credential, check=check)
        return Asked(kind, request, courier)


class Homebody:
    """The courier of a folder: it goes nowhere."""

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,  # noqa: ARG002 - the port's signature
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
        validators: Validators | None = None,  # noqa: ARG002
    ) -> Answer:
        """Refuses."""
        raise _nobody_there(url)

    def post(
        self,
        url: str,
        body: bytes,  # noqa: ARG002 - the port's signature
        *,
        media_type: str,  # noqa: ARG002
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Answer:
        """Refuses."""
        raise _nobody_there(url)

    def send(
        self,
        method: str,  # noqa: ARG002 - the port's signature
        url: str,
        body: bytes | None = None,  # noqa: ARG002
        *,
        media_type: str = "",  # noqa: ARG002
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Answer:
        """Refuses."""
        raise _nobody_there(url)


def _nobody_there(url: str) -> RemoteForbidden:
    return RemoteForbidden(f"{url} is a folder, which no server answers for: choose a kind of target that is a folder.")
