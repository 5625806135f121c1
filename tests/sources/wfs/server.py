"""A written feature server: answers GetCapabilities as told, and remembers what it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from windrow.errors import RemoteError
from windrow.ports.fetching import Answer, Validators
from windrow.ports.source_kinds import Opening, PageRequest, PassRequest, Reading
from windrow.sources.wfs import WfsKind

KIND = WfsKind()
URL = "https://features.example/wfs"
ANSWERS = Path(__file__).parent / "answers"


def saved(name: str) -> bytes:
    return (ANSWERS / f"{name}.xml").read_bytes()


def feature_type(name: str, title: str = "", inside: str = "") -> str:
    """A feature type; `inside` is whatever else stands in it."""
    return f"<FeatureType><Name>{name}</Name><Title>{title or name}</Title>{inside}</FeatureType>"


def capabilities(*types: str, sequence: int = 1, spaces: str = "", licence: str = "CC0") -> bytes:
    """A small document; `spaces` are further attributes of its root."""
    return (
        f'<?xml version="1.0"?>\n<WFS_Capabilities version="2.0.0" updateSequence="{sequence}" {spaces} '
        'xmlns="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1">'
        f"<ows:ServiceIdentification><ows:Title>Features</ows:Title><ows:AccessConstraints>{licence}"
        f"</ows:AccessConstraints></ows:ServiceIdentification><FeatureTypeList>{''.join(types)}</FeatureTypeList>"
        "</WFS_Capabilities>"
    ).encode()


def exception(text: str = "none of these versions") -> bytes:
    return (
        '<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0">'
        f'<ows:Exception exceptionCode="VersionNegotiationFailed"><ows:ExceptionText>{text}</ows:ExceptionText>'
        "</ows:Exception></ows:ExceptionReport>"
    ).encode()


@dataclass(eq=False)
class Server:
    """Answers from `bodies` in turn, the last one for ever; `etag` makes it answer 304 to who has it."""

    bodies: list[bytes | RemoteError]
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, *, validators: Validators | None = None, **_: object) -> Answer:
        self.asked.append(url)
        if validators is not None and validators.etag and validators.etag == self.etag:
            return Answer(url, 304, {}, b"")
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        if isinstance(body, RemoteError):
            raise body
        told = {"etag": self.etag} if self.etag else {}
        return Answer(url, 200, {"content-type": "text/xml", **told, **self.headers}, body)

    def post(self, url: str, body: bytes, **_: object) -> Answer:
        raise AssertionError("a feature server is only asked by GET")


def harvest(request: PassRequest, server: Server) -> tuple[Opening, Reading]:
    """A whole pass, as the core does but without a store."""
    opening = KIND.open(request, server)
    page = PageRequest(opening.pages[0])
    return opening, KIND.read(request, page, KIND.load(request, page, server))
