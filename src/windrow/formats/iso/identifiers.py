"""The small objects that occur all over: identifiers and dated events."""

from datetime import datetime

from windrow.formats.dates import moment
from windrow.formats.iso.texts import Code, Fields, gather, tagged
from windrow.formats.xml import Element

_IDENTIFIER: Fields = tagged("mcc", {"code": "code"})
_DATE: Fields = tagged("cit", {"date": "date", "dateType": Code("type")})


def read_code(element: Element) -> str:
    """The code of a property that holds an MD_Identifier; "" where it has none."""
    found: dict[str, str] = {}
    gather(element, _IDENTIFIER, found)
    return found.get("code", "")


def read_date(element: Element) -> tuple[str, datetime | None]:
    """What happened (`creation`, `revision`, ...) and when, of a property that holds a CI_Date."""
    found: dict[str, str] = {}
    gather(element, _DATE, found)
    return found.get("type", ""), moment(found.get("date", ""))
