"""What is sent to a CSW-T server, and what its answers say; pure."""

from lxml import etree

from windrow.errors import RemoteUnreadable
from windrow.formats.ows.reports import refuse_report, told
from windrow.formats.xml import CSW, FES, OWS, Element, local_name, parse, serialise

_APISO = "http://www.opengis.net/cat/csw/apiso/1.0"
_DC = "http://purl.org/dc/elements/1.1/"
_SPACES = {"csw": CSW, "ogc": FES, "dc": _DC, "apiso": _APISO}
_SUMMARY = f"{{{CSW}}}TransactionSummary"


def insert(document: bytes) -> bytes:
    """A transaction that adds a document."""
    return _transaction("Insert", parse(document))


def update(document: bytes) -> bytes:
    """A transaction that puts a document into the place of the one with its identifier."""
    return _transaction("Update", parse(document))


def delete(identifier: str, *, queryable: str, type_name: str) -> bytes:
    """A transaction that deletes the record of this identifier."""
    deletion = etree.Element(f"{{{CSW}}}Delete", typeName=type_name)
    constraint = etree.SubElement(deletion, f"{{{CSW}}}Constraint", version="1.1.0")
    comparison = etree.SubElement(
        etree.SubElement(constraint, f"{{{FES}}}Filter"), f"{{{FES}}}PropertyIsEqualTo", matchCase="true"
    )
    etree.SubElement(comparison, f"{{{FES}}}PropertyName").text = queryable
    etree.SubElement(comparison, f"{{{FES}}}Literal").text = identifier
    return _request("Transaction", deletion)


def look_up(identifier: str) -> bytes:
    """A GetRecordById. By POST, since in a URL a comma would part two identifiers (CSW 2.0.2, 10.9.4)."""
    name = etree.Element(f"{{{CSW}}}Id")
    name.text = identifier
    size = etree.Element(f"{{{CSW}}}ElementSetName")
    size.text = "brief"
    return _request("GetRecordById", name, size)


def read_found(body: bytes, identifier: str) -> bool:
    """Whether the answer to `look_up` holds the record. Raises `RemoteUnreadable`."""
    root = _read(body, "GetRecordByIdResponse")
    if not len(root):
        return False
    names = {(each.text or "").strip() for each in root.iter() if local_name(each) == "identifier"}
    if identifier not in names:
        raise RemoteUnreadable(f"The server answers with another record when it is asked for {identifier}.")
    return True


def read_summary(body: bytes) -> dict[str, int]:
    """How many records were inserted, updated and deleted. Raises `RemoteUnreadable`."""
    summary = _read(body, "TransactionResponse").find(_SUMMARY)
    if summary is None:
        raise RemoteUnreadable("The server answers a transaction without a summary of what it did.")
    return {word: _number(summary, f"total{word.title()}") for word in ("inserted", "updated", "deleted")}


def takes_transactions(body: bytes) -> bool:
    """Whether the capabilities offer transactions. Raises `RemoteUnreadable` for what are no capabilities."""
    root = _read(body, "Capabilities")
    operations = [each.get("name") for each in root.iter(f"{{{OWS}}}Operation")]
    return "Transaction" in operations


def exception_in(body: bytes) -> str:
    """What an exception report says; "" of what is none."""
    try:
        root = parse(body)
        return told(root) if local_name(root) == "ExceptionReport" else ""
    except RemoteUnreadable:
        return ""


def _transaction(action: str, document: Element) -> bytes:
    holder = etree.Element(f"{{{CSW}}}{action}")
    holder.append(document)
    return _request("Transaction", holder)


def _request(name: str, *held: Element) -> bytes:
    root = etree.Element(f"{{{CSW}}}{name}", nsmap=_SPACES, service="CSW", version="2.0.2")
    for each in held:
        root.append(each)
    return serialise(root)


def _read(body: bytes, name: str) -> Element:
    root = parse(body)
    refuse_report(root)
    if root.tag != f"{{{CSW}}}{name}":
        raise RemoteUnreadable(f"<{local_name(root)}> instead of a {name} of CSW 2.0.2.")
    return root


def _number(summary: Element, name: str) -> int:
    text = summary.findtext(f"{{{CSW}}}{name}") or "0"
    try:
        return int(text)
    except ValueError:
        raise RemoteUnreadable(f"The server says that {name} is {text[:40]!r}, which is no number.") from None
