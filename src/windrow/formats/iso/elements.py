"""The small elements that an ISO 19139 document is put together from: properties with texts, codes and dates."""

from datetime import datetime

from lxml import etree

from windrow.formats.dates import date_text
from windrow.formats.xml import GCO, GMD, GML32, SRV, XLINK, Element, clean

NAMESPACES = {"gmd": GMD, "gco": GCO, "gml": GML32, "srv": SRV, "xlink": XLINK}

_CODE_LISTS = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#{}"  # the list that ISO itself publishes
_LANGUAGES = "http://www.loc.gov/standards/iso639-2/"


def add(parent: Element, name: str, space: str = GMD) -> Element:
    """Adds an empty element."""
    return etree.SubElement(parent, f"{{{space}}}{name}")


def add_object(parent: Element, name: str, kind: str, space: str = GMD) -> Element:
    """Adds a property with the object that it holds, and returns the object."""
    return add(add(parent, name, space), kind)


def add_text(parent: Element, name: str, text: str, *, space: str = GMD) -> None:
    """Adds a property with a text; nothing where there is none."""
    if clean(text).strip():
        add(add(parent, name, space), "CharacterString", GCO).text = clean(text)


def add_needed_text(parent: Element, name: str, text: str) -> None:
    """The same for a property that the standard asks for: it says that the text is missing."""
    add_text(parent, name, text) if clean(text).strip() else add_nothing(parent, name)


def add_nothing(parent: Element, name: str, *, reason: str = "missing", space: str = GMD) -> None:
    """Adds a property that says why it is empty."""
    add(parent, name, space).set(f"{{{GCO}}}nilReason", reason)


def add_code(parent: Element, name: str, code_list: str, code: str, *, space: str = GMD) -> None:
    """Adds a property with an entry of a code list."""
    holder = add(add(parent, name, space), code_list, space)
    holder.set("codeList", _LANGUAGES if code_list == "LanguageCode" else _CODE_LISTS.format(code_list))
    holder.set("codeListValue", clean(code))
    holder.text = clean(code)


def add_date(parent: Element, name: str, when: datetime | None) -> None:
    """Adds a date, with its time of day where it is not midnight (UTC); says so where it is not known."""
    if when is None:
        add_nothing(parent, name, reason="unknown")
        return
    text = date_text(when)
    add(add(parent, name), "DateTime" if "T" in text else "Date", GCO).text = text
