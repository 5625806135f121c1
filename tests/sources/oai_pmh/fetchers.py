"""A fetcher that answers from a written repository."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from windrow.errors import RemoteStatus
from windrow.ports.fetching import Answer, Validators


def with_parameters(url: str, parameters: Mapping[str, str | int] | None) -> str:
    parts = urlsplit(url)
    both = parse_qsl(parts.query, keep_blank_values=True) + [
        (name, str(value)) for name, value in (parameters or {}).items()
    ]
    return urlunsplit(parts._replace(query=urlencode(both)))


@dataclass
class WrittenFetcher:
    """Gives what `answer` makes of the query's arguments: a body (200), or a status and a body."""

    answer: Callable[[dict[str, str]], bytes | tuple[int, bytes]]
    asked: list[dict[str, str]] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        url = with_parameters(url, parameters)
        arguments = dict(parse_qsl(urlsplit(url).query))
        self.asked.append(arguments)
        given = self.answer(arguments)
        status, body = given if isinstance(given, tuple) else (200, given)
        return _answer(url, status, {"content-type": "text/xml"}, body)

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        raise AssertionError("OAI-PMH is asked by GET")


def _answer(url: str, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    if not 200 <= status < 300:
        raise RemoteStatus(f"{url} answered {status}.", status=status, body=body)
    return Answer(url=url, status=status, headers=headers, body=body)
