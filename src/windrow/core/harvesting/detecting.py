"""Detecting: which kind of source answers at a URL."""

from collections.abc import Mapping
from dataclasses import dataclass

from windrow.errors import RemoteError, RemoteForbidden, Stopped
from windrow.model.sources import Credential
from windrow.ports.fetching import Answer, Fetcher, FetcherMaker, Manners
from windrow.ports.source_kinds import Detection, SourceKind

ASKING = Manners(concurrency=2, read_timeout=20.0, whole_timeout=60.0, size_limit=16 * 1024 * 1024, attempts=1)


@dataclass(frozen=True, slots=True)
class Detecting:
    """Asks every installed kind."""

    kinds: Mapping[str, SourceKind]
    fetcher_maker: FetcherMaker

    def detect(self, url: str, credential: Credential | None = None) -> list[Detection]:
        """What speaks there, the surest first. Raises `RemoteError` when nothing answers, or nothing is recognised."""
        fetcher = self.fetcher_maker(ASKING, origin=url, credential=credential, check=_go_on)
        first, error = _first_answer(fetcher, url)
        found = [each for kind in self.kinds.values() if (each := _ask(kind, url, first, fetcher)) is not None]
        if not found:
            if error is not None:
                raise error
            known = ", ".join(kind.title for kind in self.kinds.values())
            raise RemoteError(f"What answers at {url} is none of the known kinds ({known}).")
        return sorted(found, key=lambda each: -each.certainty)


def _first_answer(fetcher: Fetcher, url: str) -> tuple[Answer | None, RemoteError | None]:
    try:
        return fetcher.get(url), None
    except RemoteForbidden:
        raise
    except RemoteError as error:
        # Many services answer 400 to a bare URL: the kinds know what to ask.
        return None, error


def _ask(kind: SourceKind, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
    try:
        return kind.detect(url, first, fetcher)
    except Stopped:
        raise
    except Exception:  # noqa: BLE001 - a kind that trips over a stranger's answer has not recognised it
        return None


def _go_on() -> None:
    """Nobody can cancel a detection; its time-outs bound it."""
