"""A small OAI-PMH 2.0 repository, strict about the protocol, for what no real server does on demand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

Arguments = dict[str, str]


@dataclass(frozen=True)
class Item:
    identifier: str
    stamp: str = "2024-01-01T00:00:00Z"
    sets: tuple[str, ...] = ()
    deleted: bool = False
    title: str = "A title"


@dataclass
class Repository:
    """Answers requests. Tokens are `offset` in the list that the first request asked for, under a fresh number.

    token       makes the token of an offset; the usual one can be used again and again
    expired     tokens that the server knows no more
    needs_all   wants all arguments beside a token
    """

    items: Sequence[Item]
    page: int = 3
    granularity: str = "YYYY-MM-DDThh:mm:ssZ"
    response_date: str = "2025-03-14T09:26:53Z"
    token: Callable[[Arguments, int], str] | None = None
    offset: Callable[[str], int] | None = None
    expired: set[str] = field(default_factory=set)
    needs_all: bool = False
    error_status: int = 200

    def __call__(self, arguments: Arguments) -> bytes | tuple[int, bytes]:
        verb = arguments.get("verb", "")
        match verb:
            case "Identify":
                return self._envelope(arguments, self._identify())
            case "ListMetadataFormats":
                return self._envelope(arguments, _FORMATS)
            case "ListRecords":
                return self._list(arguments)
            case _:
                return self._error(arguments, "badVerb", f"No such verb: {verb}")

    def _list(self, arguments: Arguments) -> bytes | tuple[int, bytes]:
        token = arguments.get("resumptionToken", "")
        if token and not self.needs_all and len(arguments) > 2:
            return self._error(arguments, "badArgument", "resumptionToken is exclusive")
        if (not token or self.needs_all) and "metadataPrefix" not in arguments:
            return self._error(arguments, "badArgument", "metadataPrefix is missing")
        if token in self.expired:
            return self._error(arguments, "badResumptionToken", "expired")
        if token and not self.needs_all:
            arguments = dict(part.split("=", 1) for part in token.split("&") if "=" in part)
        return self._page(arguments, self._offset(token))

    def _page(self, arguments: Arguments, start: int) -> bytes | tuple[int, bytes]:
        chosen = [item for item in self.items if self._matches(item, arguments)]
        part = chosen[start : start + self.page]
        if not part:
            return self._error(arguments, "noRecordsMatch", "")
        records = "".join(_record(item) for item in part)
        end = start + self.page
        following = self._token(arguments, end) if end < len(chosen) else ""
        last = "" if not start and not following else _token(following, len(chosen), start)
        return self._envelope(arguments, f"<ListRecords>{records}{last}</ListRecords>")

    def _matches(self, item: Item, arguments: Arguments) -> bool:
        wanted = arguments.get("set", "")
        begin, until = arguments.get("from", ""), arguments.get("until", "9999")
        return (not wanted or wanted in item.sets) and begin <= item.stamp <= until

    def _token(self, arguments: Arguments, offset: int) -> str:
        if self.token is not None:
            return self.token(arguments, offset)
        kept = [f"{name}={arguments[name]}" for name in ("metadataPrefix", "set", "from", "until") if name in arguments]
        return "&".join([*kept, str(offset)])

    def _offset(self, token: str) -> int:
        if self.offset is not None:
            return self.offset(token)
        return int(token.rpartition("&")[2]) if token else 0

    def _identify(self) -> str:
        return (
            "<Identify><repositoryName>Small repository</repositoryName><baseURL>http://127.0.0.1/oai</baseURL>"
            "<protocolVersion>2.0</protocolVersion><adminEmail>a@example.org</adminEmail>"
            "<earliestDatestamp>2000-01-01</earliestDatestamp><deletedRecord>transient</deletedRecord>"
            f"<granularity>{self.granularity}</granularity></Identify>"
        )

    def _error(self, arguments: Arguments, code: str, text: str) -> bytes | tuple[int, bytes]:
        body = self._envelope(arguments, f'<error code="{code}">{escape(text)}</error>')
        return body if self.error_status == 200 else (self.error_status, body)

    def _envelope(self, arguments: Arguments, content: str) -> bytes:
        told = "".join(f" {name}={quoteattr(value)}" for name, value in arguments.items())
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            f"<responseDate>{self.response_date}</responseDate><request{told}>http://127.0.0.1/oai</request>"
            f"{content}</OAI-PMH>"
        ).encode()


def _token(text: str, total: int, cursor: int) -> str:
    return f'<resumptionToken completeListSize="{total}" cursor="{cursor}">{escape(text)}</resumptionToken>'


def _record(item: Item) -> str:
    sets = "".join(f"<setSpec>{each}</setSpec>" for each in item.sets)
    status = ' status="deleted"' if item.deleted else ""
    identifier = escape(item.identifier)
    header = f"<header{status}><identifier>{identifier}</identifier><datestamp>{item.stamp}</datestamp>{sets}</header>"
    metadata = (
        ""
        if item.deleted
        else '<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(item.title)}</dc:title><dc:identifier>{identifier}</dc:identifier></oai_dc:dc></metadata>"
    )
    return f"<record>{header}{metadata}</record>"


_FORMATS = (
    "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix>"
    "<schema>http://www.openarchives.org/OAI/2.0/oai_dc.xsd</schema>"
    "<metadataNamespace>http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace></metadataFormat>"
    "</ListMetadataFormats>"
)
