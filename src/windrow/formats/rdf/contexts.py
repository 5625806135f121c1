"""JSON-LD contexts: those that are known here stand in for remote ones, which are never fetched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windrow.errors import RemoteUnreadable

_DCT = "http://purl.org/dc/terms/"
_DCAT = "http://www.w3.org/ns/dcat#"
_ADDRESS = "@id"
_XSD_DATE = "http://www.w3.org/2001/XMLSchema#date"


def _address(name: str) -> dict[str, str]:
    return {"@id": name, "@type": _ADDRESS}


PROJECT_OPEN_DATA: Mapping[str, Any] = {
    "dcat": _DCAT,
    "dct": _DCT,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "pod": "https://project-open-data.cio.gov/v1.1/schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "@vocab": _DCAT,
    **{
        name: f"dct:{name}"
        for name in ("title", "description", "language", "license", "rights", "spatial", "temporal", "publisher")
    },
    **{name: f"dct:{name}" for name in ("identifier", "format", "accrualPeriodicity", "isPartOf", "references")},
    **{name: {"@id": f"dct:{name}", "@type": _XSD_DATE} for name in ("issued", "modified")},
    **{name: _address(f"dcat:{name}") for name in ("accessURL", "downloadURL", "landingPage")},
    "conformsTo": _address("dct:conformsTo"),
    "describedBy": _address("http://www.w3.org/2007/05/powder#describedby"),
    "describedByType": "pod:describedByType",
    "accessLevel": "pod:accessLevel",
    "bureauCode": "pod:bureauCode",
    "programCode": "pod:programCode",
    "dataQuality": "pod:dataQuality",
    "primaryITInvestmentUII": "pod:primaryITInvestmentUII",
    "systemOfRecords": "pod:systemOfRecords",
    "homepage": "foaf:homepage",
    "name": "foaf:name",
    "subOrganizationOf": "org:subOrganizationOf",
    "fn": "vcard:fn",
    "hasEmail": _address("vcard:hasEmail"),
}
"""The terms of Project Open Data 1.1 (DCAT-US)."""

HYDRA: Mapping[str, Any] = {
    "hydra": "http://www.w3.org/ns/hydra/core#",
    **{name: f"hydra:{name}" for name in ("Collection", "PagedCollection", "PartialCollectionView", "totalItems")},
    **{name: _address(f"hydra:{name}") for name in ("first", "next", "previous", "last", "view", "member")},
    **{name: _address(f"hydra:{name}") for name in ("firstPage", "nextPage", "previousPage", "lastPage")},
    "itemsPerPage": "hydra:itemsPerPage",
}
"""What of Hydra says where the pages of a collection are."""

KNOWN: Mapping[str, Mapping[str, Any]] = {
    "project-open-data.cio.gov/v1.1/schema/catalog.jsonld": PROJECT_OPEN_DATA,
    "project-open-data.cio.gov/v1.1/schema/data.jsonld": PROJECT_OPEN_DATA,
    "project-open-data.cio.gov/v1.1/schema": PROJECT_OPEN_DATA,
    "resources.data.gov/schemas/dcat-us/v1.1/schema/catalog.jsonld": PROJECT_OPEN_DATA,
    "www.w3.org/ns/hydra/context.jsonld": HYDRA,
    "www.w3.org/ns/hydra/core": HYDRA,
}


MOST_WORK = 50_000_000
"""Terms that are copied while contexts are entered: a few seconds' work."""


def made_local(value: Any) -> Any:
    """A JSON-LD document with known contexts in place of their addresses, at any depth.

    Raises `RemoteUnreadable` for one that needs another remote context: without it, the names in the document mean
    nothing, and to fetch it would let a stranger's document send us anywhere. Likewise for one whose contexts are so
    large and so many that to enter them takes for ever.
    """
    work = _Work()
    local = _local(value, work)
    # Each context that is entered begins as a copy of the one around it, with all its terms.
    entered = work.contexts + (work.objects if work.scoped else 0)
    if entered * work.terms > MOST_WORK:
        raise RemoteUnreadable(f"The document enters {entered} JSON-LD contexts with {work.terms} terms: too many.")
    return local


@dataclass(slots=True)
class _Work:
    """What a document asks for: its objects, its contexts, their terms, and whether some terms have contexts."""

    objects: int = 0
    contexts: int = 0
    terms: int = 0
    scoped: bool = False


def _local(value: Any, work: _Work) -> Any:
    if isinstance(value, list):
        return [_local(each, work) for each in value]
    if not isinstance(value, dict):
        return value
    work.objects += 1
    return {
        name: _local_context(each, work) if name == "@context" else _local(each, work) for name, each in value.items()
    }


def _local_context(value: Any, work: _Work) -> Any:
    work.contexts += 1
    if isinstance(value, str):
        found = _known(value)
        work.terms += len(found)
        return dict(found)
    if isinstance(value, list):
        return [_local_context(each, work) for each in value]
    if not isinstance(value, dict):
        return value
    if "@import" in value:
        raise _refusal(value["@import"])
    work.terms += len(value)
    return {name: _local_term(each, work) for name, each in value.items()}


def _local_term(value: Any, work: _Work) -> Any:
    if not isinstance(value, dict):
        return value
    work.scoped = work.scoped or "@context" in value
    return _local(value, work)


def _known(address: str) -> Mapping[str, Any]:
    found = KNOWN.get(address.partition("://")[2].partition("#")[0].rstrip("/").lower())
    if found is None:
        raise _refusal(address)
    return found


def _refusal(address: Any) -> RemoteUnreadable:
    shown = str(address)[:200]
    return RemoteUnreadable(
        f"The document needs the JSON-LD context {shown}, which is not known here and never fetched; "
        "ask for the catalogue as Turtle or RDF/XML."
    )
