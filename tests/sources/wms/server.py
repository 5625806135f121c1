"""A written map server: answers GetCapabilities as told, and remembers what it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from windrow.errors import RemoteError
from windrow.ports.fetching import Answer, Validators
from windrow.ports.source_kinds import Opening, PageRequest, PassRequest, Reading
from windrow.sources.wms import WmsKind

KIND = WmsKind()
URL = "https://maps.example/wms"
ANSWERS = Path(__file__).parent / "answers"


def saved(name: str) -> bytes:
    return (ANSWERS / f"{name}.xml").read_bytes()


def layer(name: str, title: str = "", inside: str = "") -> str:
    """A layer; `inside` is whatever else stands in it."""
    return f"<Layer><Name>{name}</Name><Title>{title or name}</Title>{inside}</Layer>"


def capabilities(*layers: str, version: str = "1.3.0", sequence: int = 1, root: str = "", service: str = "") -> bytes:
    """A small document: `root` stands in the outermost layer before the others, `service` in the service."""
    old = version.startswith("1.1")
    name = "WMT_MS_Capabilities" if old else "WMS_Capabilities"
    space = "" if old else ' xmlns="http://www.opengis.net/wms"'
    systems = "<SRS>EPSG:4326</SRS>" if old else "<CRS>EPSG:4326</CRS>"
    return (
        f'<?xml version="1.0"?>\n<{name} version="{version}" updateSequence="{sequence}"{space} '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><Service><Name>WMS</Name><Title>Maps</Title>'
        f"{service}</Service><Capability><Request><GetMap><Format>image/png</Format></GetMap></Request>"
        f"<Layer><Title>Root</Title>{systems}{root}{''.join(layers)}</Layer></Capability></{name}>"
    ).encode()


def exception(text: str = "Version 1.3.0 is not known here") -> bytes:
    return (
        '<?xml version="1.0"?><ServiceExceptionReport version="1.1.1">'
        f'<ServiceException code="InvalidVersion">{text}</ServiceException></ServiceExceptionReport>'
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
        raise AssertionError("a map server is only asked by GET")


def harvest(request: PassRequest, server: Server) -> tuple[Opening, Reading]:
    """A whole pass, as the core does but without a store."""
    opening = KIND.open(request, server)
    page = PageRequest(opening.pages[0])
    return opening, KIND.read(request, page, KIND.load(request, page, server))
