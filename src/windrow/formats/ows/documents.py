"""Capabilities documents as a whole: read as what they must be, and known again."""

import re
from collections.abc import Collection

from lxml import etree
from xxhash import xxh3_128

from windrow.errors import RemoteUnreadable
from windrow.formats.ows.reports import is_report, refuse_report
from windrow.formats.xml import Element, local_name, parse

_LONGEST_REPORT = 64 * 1024
_START = 8192
_CHANGING = re.compile(rb"""<!--.*?-->|\supdateSequence\s*=\s*("[^"]*"|'[^']*')""", re.DOTALL)


def parse_capabilities(body: bytes, roots: Collection[str], what: str) -> Element:
    """The root of capabilities, which has one of these names; `what` tells people whose capabilities they should be.

    Raises `RemoteUnreadable` for anything else: an exception report, a web page, another service.
    """
    root = parse(body)
    refuse_report(root)
    if local_name(root) not in roots:
        raise RemoteUnreadable(f"<{local_name(root)}> instead of the capabilities of a {what}.")
    # WMS 1.1.1 names a document type, which is not fetched: nobody can tell what its entities stand for.
    etree.strip_tags(root, etree.Entity)
    return root


def refuses(body: bytes) -> bool:
    """Whether a service refused a request with an exception report. Large documents are none, and not looked at."""
    try:
        return len(body) <= _LONGEST_REPORT and is_report(parse(body))
    except RemoteUnreadable:
        return False


def forget_spaces(root: Element) -> None:
    """Drops declared namespaces that no element uses. GeoServer declares one for each of its workspaces at the root.

    Else a new workspace would make every record of the server seem changed.
    """
    etree.cleanup_namespaces(root)


def capabilities_fingerprint(body: bytes) -> bytes:
    """A hash of the document without what changes although nothing in its lists does: the update sequence, comments."""
    digest = xxh3_128(_CHANGING.sub(b"", body[:_START]))
    digest.update(memoryview(body)[_START:])
    return digest.digest()
