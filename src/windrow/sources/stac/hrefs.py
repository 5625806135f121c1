"""Links of a static catalogue: one spelling for one document, its name within the catalogue, and how far to follow."""

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from windrow.sources.stac.settings import Follow

_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_SAFE = "/%:@!$&'()*+,;=~-._"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_FOLDERS = 64
_LENGTH = 1_000


def normalise(href: str, base: str = "") -> str:
    """The document's one spelling (RFC 3986, 6.2): absolute, without dot segments, default port and fragment.

    Raises `ValueError` for what is no HTTP address.
    """
    parts = urlsplit(urljoin(base, href.strip()))
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"{href} is no HTTP address")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port is not None and parts.port != _PORTS[scheme]:
        host = f"{host}:{parts.port}"
    return urlunsplit((scheme, host, _without_dots(_escaped(parts.path)), _escaped(parts.query, also="?"), ""))


def folder_of(url: str) -> str:
    """The folder that a document lies in, with its slash."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path[: parts.path.rfind("/") + 1] or "/", "", ""))


def name_of(url: str, root: str) -> str:
    """What a document is called within the catalogue: relative to its root folder, so that it may move as a whole."""
    return url[len(root) :] if url.startswith(root) and len(url) > len(root) else url


def is_followed(url: str, root: str, follow: Follow) -> bool:
    """Whether a link may be followed from a catalogue with this root folder."""
    match follow:
        case Follow.FOLDER:
            return url.startswith(root)
        case Follow.HOST:
            return _host_of(url) == _host_of(root)
        case Follow.ANYWHERE:
            return True


def is_endless(url: str) -> bool:
    """Whether a link leads so deep that the server must be answering every address with the same document."""
    return len(url) > _LENGTH or urlsplit(url).path.count("/") > _FOLDERS


def _host_of(url: str) -> tuple[str, int | None]:
    """Host and port; the two default ports count as the same, because many catalogues name both."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port


def _escaped(text: str, also: str = "") -> str:
    """Escapes where they are needed, in capitals, and nowhere else."""
    return _ESCAPE.sub(_escape, quote(text, safe=_SAFE + also))


def _escape(found: re.Match[str]) -> str:
    character = chr(int(found.group(1), 16))
    return character if character in _UNRESERVED else found.group().upper()


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    folder = segments[-1:] in (["."], [".."]) and kept[-1:] != [""]
    return "/" + "/".join(kept) + ("/" if folder and kept else "")
