"""A written CSW catalogue: answers as a server would, well or badly, and remembers what it was asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from windrow.errors import RemoteStatus
from windrow.ports.fetching import Answer, Validators

URL = "http://catalogue.example/csw"
GMD = "http://www.isotc211.org/2005/gmd"
CSW = "http://www.opengis.net/cat/csw/2.0.2"
_NAMESPACES = (
    f'xmlns:csw="{CSW}" xmlns:ows="http://www.opengis.net/ows" xmlns:xlink="http://www.w3.org/1999/xlink" '
    f'xmlns:gmd="{GMD}" xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def iso(identifier: str, title: str = "A title") -> str:
    """A small ISO 19139 record."""
    string = "<gco:CharacterString>{}</gco:CharacterString>"
    return (
        f"<gmd:MD_Metadata><gmd:fileIdentifier>{string.format(identifier)}</gmd:fileIdentifier>"
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>"
        f"<gmd:title>{string.format(title)}</gmd:title></gmd:CI_Citation></gmd:citation>"
        "</gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>"
    )


def exception(text: str, code: str = "InvalidParameterValue", locator: str = "") -> bytes:
    place = f' locator="{locator}"' if locator else ""
    return (
        f'<ows:ExceptionReport {_NAMESPACES} version="1.2.0"><ows:Exception exceptionCode="{code}"{place}>'
        f"<ows:ExceptionText>{escape(text)}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
    ).encode()


@dataclass
class Catalogue:
    """`records` are documents. What it does badly is told by the other fields.

    most        the most records in one answer
    announces   the count it tells instead of the true one; "" tells none
    following   what nextRecord says, from start, returned and matched
    hits        whether it knows resultType=hits
    sorts       whether it knows SortBy
    spoil       changes the body of a page before it goes out
    """

    records: list[str]
    most: int = 10_000
    announces: int | str | None = None
    following: Callable[[int, int, int], int] = lambda start, returned, matched: (
        start + returned if start + returned <= matched else 0
    )
    hits: bool = True
    sorts: bool = True
    schemas: Sequence[str] = (CSW, GMD)
    methods: Sequence[str] = ("Get", "Post")
    queryables: Sequence[str] = ("apiso:Identifier", "apiso:Modified", "apiso:Title")
    address: str = URL
    stamp: str = "2026-03-14T09:26:53Z"
    headers: Mapping[str, str] = field(default_factory=dict)
    spoil: Callable[[bytes], bytes] = lambda body: body
    asked: list[dict[str, str]] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        given = {name: str(value) for name, value in (parameters or {}).items()}
        lower = {name.lower(): value for name, value in {**dict(parse_qsl(urlsplit(url).query)), **given}.items()}
        return self._answer(url, {"method": "GET", "url": url, **lower})

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._answer(url, {"method": "POST", "url": url, "type": media_type, **_arguments_in(body)})

    @property
    def pages(self) -> list[tuple[int, int]]:
        """Start and size of the pages asked for."""
        return [
            (int(each["startposition"]), int(each["maxrecords"]))
            for each in self.asked
            if each.get("resulttype") == "results"
        ]

    def _answer(self, url: str, arguments: dict[str, str]) -> Answer:
        self.asked.append(arguments)
        wanted = arguments.get("request", "").lower()
        body = self._capabilities() if wanted == "getcapabilities" else self._records(arguments)
        return Answer(url, 200, {"content-type": "application/xml", **self.headers}, body)

    def _capabilities(self) -> bytes:
        ways = "".join(f'<ows:{each} xlink:href="{self.address}"/>' for each in self.methods)
        values = {"outputSchema": self.schemas, "typeNames": ("csw:Record", "gmd:MD_Metadata")}
        listed = "".join(
            f'<ows:Parameter name="{name}">{_values(each)}</ows:Parameter>' for name, each in values.items()
        )
        return (
            f'<csw:Capabilities {_NAMESPACES} version="2.0.2"><ows:ServiceIdentification><ows:Title>Written</ows:Title>'
            '</ows:ServiceIdentification><ows:OperationsMetadata><ows:Operation name="GetRecords"><ows:DCP><ows:HTTP>'
            f'{ways}</ows:HTTP></ows:DCP>{listed}<ows:Constraint name="SupportedISOQueryables">'
            f"{_values(self.queryables)}</ows:Constraint></ows:Operation></ows:OperationsMetadata></csw:Capabilities>"
        ).encode()

    def _records(self, arguments: Mapping[str, str]) -> bytes:
        if "sortby" in arguments and not self.sorts:
            return exception("no sorting here", locator="sortby")
        hits = arguments.get("resulttype") == "hits"
        if hits and not self.hits:
            return exception("no hits here", locator="resulttype")
        start, size = int(arguments["startposition"]), int(arguments["maxrecords"])
        found = [] if hits else self.records[start - 1 :][: min(size, self.most)]
        matched = len(self.records) if self.announces is None else self.announces
        following = self.following(start, len(found), len(self.records))
        body = (
            f'<csw:GetRecordsResponse {_NAMESPACES}><csw:SearchStatus timestamp="{self.stamp}"/>'
            f'<csw:SearchResults numberOfRecordsMatched="{matched}" numberOfRecordsReturned="{len(found)}" '
            f'nextRecord="{following}">{"".join(found)}</csw:SearchResults></csw:GetRecordsResponse>'
        ).encode()
        return body if hits else self.spoil(body)


@dataclass
class Refusing:
    """Answers every request with a status."""

    status: int
    body: bytes = b""

    def get(self, url: str, **_: object) -> Answer:
        raise RemoteStatus(f"{url} answered {self.status}.", status=self.status, body=self.body)

    def post(self, url: str, body: bytes, **_: object) -> Answer:
        raise RemoteStatus(f"{url} answered {self.status}.", status=self.status, body=self.body)


def _values(found: Sequence[str]) -> str:
    return "".join(f"<ows:Value>{each}</ows:Value>" for each in found)


def _arguments_in(body: bytes) -> dict[str, str]:
    root = etree.fromstring(body)
    found = {name.lower(): str(value) for name, value in root.attrib.items()}
    for each in root.iter():
        name = etree.QName(each).localname
        if name == "Query":
            found["typenames"] = str(each.get("typeNames"))
        elif name in ("CqlText", "ElementSetName"):
            found[name.lower()] = each.text or ""
        elif name == "Filter":
            found["constraint"] = etree.tostring(each, encoding="unicode")
        elif name == "SortBy":
            found["sortby"] = "".join(str(text) for text in each.itertext())
    return {"request": str(etree.QName(root).localname)} | {str(name): text for name, text in found.items()}
