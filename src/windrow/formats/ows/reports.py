"""Exception reports: what OGC's services answer, mostly with 200, instead of what was asked for."""

from windrow.errors import RemoteUnreadable
from windrow.formats.xml import Element, local_name

_REPORTS = frozenset(("ServiceExceptionReport", "ExceptionReport", "WMTException"))
_LONGEST = 500


def is_report(root: Element) -> bool:
    """Whether a document is an exception report."""
    return local_name(root) in _REPORTS


def refuse_report(root: Element) -> None:
    """Raises `RemoteUnreadable` with what the server said, if this is an exception report."""
    if is_report(root):
        raise RemoteUnreadable(f"The server answered with an exception: {told(root)}")


def told(root: Element) -> str:
    """Codes, places and texts of an exception report in one line."""
    if not len(root):
        return _words(root) or "no text"
    lines = []
    for each in root:
        code = each.get("exceptionCode") or each.get("code") or ""
        place = f" ({each.get('locator')})" if each.get("locator") else ""
        lines.append(": ".join(filter(None, [f"{code}{place}".strip(), _words(each)])))
    return "; ".join(filter(None, lines)) or "no text"


def _words(element: Element) -> str:
    return " ".join(" ".join(map(str, element.itertext())).split())[:_LONGEST]
