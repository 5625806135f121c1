"""Online resources: distribution, service operations and pictures, as links."""

from windrow.formats.iso.contacts import read_contact
from windrow.formats.iso.draft import Draft
from windrow.formats.iso.texts import Code, Fields, Step, gather, line_of, tagged, walk_inside
from windrow.formats.links import address, media_type, relation
from windrow.formats.xml import Element


def read_online(element: Element, draft: Draft) -> None:
    """Adds the link of a property that holds a CI_OnlineResource, if its address is usable."""
    found: dict[str, str] = {}
    gather(element, _ONLINE, found)
    href = address(found.get("href", ""))
    if href:
        protocol = found.get("protocol", "")
        rel = relation(found.get("function", ""), protocol)
        kind = found.get("type") or media_type(protocol) or media_type(found.get("profile", ""))
        draft.links.append((href, rel, found.get("title", ""), found.get("description", ""), kind, protocol))


def read_picture(element: Element, draft: Draft) -> None:
    """Adds a `graphicOverview`, if its address is usable."""
    found: dict[str, str] = {}
    gather(element, _PICTURE, found)
    href = address(found.get("href", ""))
    if href:
        kind = found.get("type", "").lower()
        kind = media_type(kind) or media_type(f"image/{kind}")
        draft.links.append((href, "preview", "", found.get("description", ""), kind, ""))


def read_distribution(element: Element, draft: Draft) -> None:
    """Adds what a `distributionInfo` offers, and who distributes it."""
    walk_inside(element, _DISTRIBUTION, draft)


def read_operations(element: Element, draft: Draft) -> None:
    """Adds the connect points of a service's `containsOperations`."""
    walk_inside(element, _OPERATION, draft)


def _gather_name(element: Element, found: dict[str, str]) -> None:
    """The name, and the type that gmx:MimeFileType adds as an attribute."""
    found["title"] = line_of(element)
    for held in element:
        if kind := media_type(held.get("type") or ""):
            found["type"] = kind


def _walk_transfer(element: Element, draft: Draft) -> None:
    walk_inside(element, _TRANSFER, draft)


def _walk_distributor(element: Element, draft: Draft) -> None:
    walk_inside(element, _DISTRIBUTOR, draft)


def _keep_distributor(element: Element, draft: Draft) -> None:
    draft.add_contact(read_contact(element))


_ONLINE: Fields = tagged(
    "cit",
    {
        "linkage": "href",
        "name": _gather_name,
        "description": "description",
        "protocol": "protocol",
        "applicationProfile": "profile",
        "function": Code("function"),
    },
)
_PICTURE: Fields = tagged("mcc", {"fileName": "href", "fileDescription": "description", "fileType": "type"})
_TRANSFER: dict[str, Step[Draft]] = tagged("mrd", {"onLine": read_online})
_DISTRIBUTOR: dict[str, Step[Draft]] = tagged(
    "mrd", {"distributorContact": _keep_distributor, "distributorTransferOptions": _walk_transfer}
)
_DISTRIBUTION: dict[str, Step[Draft]] = tagged(
    "mrd", {"transferOptions": _walk_transfer, "distributor": _walk_distributor}
)
_OPERATION: dict[str, Step[Draft]] = tagged("srv", {"connectPoint": read_online})
