"""What a CSW server says it can do."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from windrow.errors import RemoteUnreadable
from windrow.formats.xml import CSW, OWS, OWS2, OWS11, XLINK, Element, local_name, parse

_ROOT = f"{{{CSW}}}Capabilities"
_SPACES = (OWS, OWS11, OWS2)
_HREF = f"{{{XLINK}}}href"
_DUBLIN_CORE = ("dc:", "dct:", "csw:", "ows:")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The parts of a capabilities document that a harvest needs.

    get, post   where GetRecords is asked; "" where it is not offered
    schemas, type_names, queryables   as the server writes them
    pycsw       whether the server is pycsw
    """

    title: str = ""
    get: str = ""
    post: str = ""
    schemas: tuple[str, ...] = ()
    type_names: tuple[str, ...] = ()
    queryables: tuple[str, ...] = ()
    pycsw: bool = False

    def queryable(self, name: str, *, iso: bool) -> str:
        """The queryable of that name in the server's own spelling; "" if there is none.

        Of `dc:identifier` and `apiso:Identifier` the one that belongs to the records asked for is taken.
        """
        found = [each for each in self.queryables if each.rpartition(":")[2].lower() == name]
        return next((each for each in found if each.startswith(_DUBLIN_CORE) != iso), found[0] if found else "")


def read_capabilities(body: bytes) -> Capabilities:
    """Reads a capabilities document of CSW 2.0.2. Raises `RemoteUnreadable` for anything else."""
    root = parse(body)
    refuse_exception(root)
    if root.tag != _ROOT:
        raise RemoteUnreadable(f"<{local_name(root)}> instead of the capabilities of a CSW 2.0.2 server.")
    service = next(_children(root, "ServiceIdentification"), None)
    title = "" if service is None else next((_text(each) for each in _children(service, "Title")), "")
    operations = [each for listed in _children(root, "OperationsMetadata") for each in listed]
    found = next((each for each in operations if each.get("name") == "GetRecords"), None)
    pycsw = b"<!-- pycsw" in body[:1000]
    return Capabilities(title, pycsw=pycsw) if found is None else _with_operation(found, title, pycsw=pycsw)


def refuse_exception(root: Element) -> None:
    """Raises `RemoteUnreadable` with what the server said, if this is an exception report."""
    if local_name(root) not in ("ExceptionReport", "ServiceExceptionReport"):
        return
    raise RemoteUnreadable(f"The server answered with an exception: {exception_text(root)}")


def exception_text(root: Element) -> str:
    """Codes, places and texts of an exception report in one line."""
    told = []
    for each in root:
        code = each.get("exceptionCode") or each.get("code") or ""
        place = f" ({each.get('locator')})" if each.get("locator") else ""
        words = " ".join(" ".join(str(text) for text in each.itertext()).split())[:500]
        told.append(": ".join(filter(None, [f"{code}{place}", words])))
    return "; ".join(filter(None, told)) or "no text"


def _with_operation(operation: Element, title: str, *, pycsw: bool) -> Capabilities:
    values = {name.lower(): found for name, found in _values(operation)}
    return Capabilities(
        title=title,
        get=_endpoint(operation, "Get"),
        post=_endpoint(operation, "Post"),
        schemas=values.get("outputschema", ()),
        type_names=values.get("typenames", ()) or values.get("typename", ()),
        queryables=tuple(each for name, found in values.items() if "queryables" in name for each in found),
        pycsw=pycsw,
    )


def _values(operation: Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    for each in [*_children(operation, "Parameter"), *_children(operation, "Constraint")]:
        values = (_text(value) for value in each.iter() if local_name(value) == "Value")
        yield each.get("name", ""), tuple(filter(None, values))


def _endpoint(operation: Element, method: str) -> str:
    """The address of the method; of several for POST the one that takes plain XML, not SOAP."""
    found = [each for each in operation.iter() if local_name(each) == method and each.get(_HREF)]
    plain = [each for each in found if "SOAP" not in " ".join(str(text) for text in each.itertext()).upper()]
    return next(((each.get(_HREF) or "").strip() for each in plain or found), "")


def _children(element: Element, name: str) -> Iterator[Element]:
    return element.iterchildren(*[f"{{{space}}}{name}" for space in _SPACES])


def _text(element: Element) -> str:
    return (element.text or "").strip()


def same_server(first: str, second: str) -> bool:
    """Whether two URLs have scheme, host and port in common."""
    one, other = urlsplit(first), urlsplit(second)
    return (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower())
