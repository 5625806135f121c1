"""A search: what all page requests of a pass have in common, as a page key and as a request by GET or POST."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lxml import etree

from windrow.errors import BadInput, RemoteUnreadable
from windrow.formats.xml import CSW, FES, GMD, MDB2, Element, local_name, parse
from windrow.ports.source_kinds import PageKey

APISO = "http://www.opengis.net/cat/csw/apiso/1.0"
_PREFIXES = {
    "csw": CSW,
    "ogc": FES,
    "gmd": GMD,
    "mdb": MDB2,
    "apiso": APISO,
    "dc": "http://purl.org/dc/elements/1.1/",
    "dct": "http://purl.org/dc/terms/",
    "ows": "http://www.opengis.net/ows",
    "gml": "http://www.opengis.net/gml",
}
_KEY_NAMES = {
    "url": "at",
    "method": "by",
    "output_schema": "schema",
    "type_names": "types",
    "sort_by": "sort",
    "constraint": "fit",
    "changed_by": "changed",
    "since": "since",
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for. Part of every page's key, so that a pass goes on as it began.

    url         where GetRecords is asked by that method
    sort_by     a queryable, or "" for the server's own order
    constraint  CQL or an ogc:Filter document; "" for everything
    changed_by  the queryable with the metadata's date, and `since` the day (2024-01-31) to ask changes from
    """

    url: str
    method: str
    output_schema: str
    type_names: str
    sort_by: str = ""
    constraint: str = ""
    changed_by: str = ""
    since: str = ""

    def key(self, start: int, size: int, *, last: bool = False, rest: bool = False) -> PageKey:
        """The key of a page: `start` counts from 1. `last` may lead to more, `rest` fills what a short page left."""
        words = {short: value for name, short in _KEY_NAMES.items() if (value := getattr(self, name))}
        flags = {name: True for name, holds in (("last", last), ("rest", rest)) if holds}
        return {"start": start, "size": size, **words, **flags}

    @classmethod
    def of(cls, key: PageKey) -> Self:
        """The search that a page's key belongs to."""
        return cls(**{name: str(key.get(short, "")) for name, short in _KEY_NAMES.items()})

    def parameters(self, start: int, size: int, *, hits: bool = False) -> dict[str, str | int]:
        """The arguments of a request by GET."""
        return {
            "service": "CSW",
            "version": "2.0.2",
            "request": "GetRecords",
            "resultType": "hits" if hits else "results",
            "typeNames": self.type_names,
            "elementSetName": "full",
            "outputSchema": self.output_schema,
            "outputFormat": "application/xml",
            "namespace": ",".join(f"xmlns({prefix}={_PREFIXES[prefix]})" for prefix in self._prefixes()),
            "startPosition": start,
            "maxRecords": size,
            **({"sortBy": f"{self.sort_by}:A"} if self.sort_by else {}),
            **self._constraint_parameters(),
        }

    def body(self, start: int, size: int, *, hits: bool = False) -> bytes:
        """The document of a request by POST."""
        request = etree.Element(f"{{{CSW}}}GetRecords", nsmap=_PREFIXES)
        attributes = {
            "service": "CSW",
            "version": "2.0.2",
            "resultType": "hits" if hits else "results",
            "outputSchema": self.output_schema,
            "outputFormat": "application/xml",
            "startPosition": str(start),
            "maxRecords": str(size),
        }
        for name, value in attributes.items():
            request.set(name, value)
        query = etree.SubElement(request, f"{{{CSW}}}Query", typeNames=self.type_names)
        etree.SubElement(query, f"{{{CSW}}}ElementSetName").text = "full"
        self._add_constraint(query)
        self._add_sort(query)
        return etree.tostring(request, encoding="UTF-8", xml_declaration=True)

    def _prefixes(self) -> list[str]:
        used = {each.partition(":")[0] for each in self.type_names.replace(",", " ").split() if ":" in each}
        return [prefix for prefix in _PREFIXES if prefix in used] or ["csw"]

    def _constraint_parameters(self) -> dict[str, str | int]:
        if not self.constraint and not self.since:
            return {}
        if self.constraint and not is_filter(self.constraint):
            language, text = "CQL_TEXT", self._cql()
        else:
            language, text = "FILTER", etree.tostring(self._filter(), encoding="unicode")
        return {"constraintLanguage": language, "constraint_language_version": "1.1.0", "constraint": text}

    def _cql(self) -> str:
        return f"({self.constraint}) AND {self.changed_by} >= '{self.since}'" if self.since else self.constraint

    def _filter(self) -> Element:
        conditions = list(read_filter(self.constraint)) if self.constraint else []
        if self.since:
            changed = etree.Element(f"{{{FES}}}PropertyIsGreaterThanOrEqualTo")
            etree.SubElement(changed, f"{{{FES}}}PropertyName").text = self.changed_by
            etree.SubElement(changed, f"{{{FES}}}Literal").text = self.since
            conditions.append(changed)
        found = etree.Element(f"{{{FES}}}Filter", nsmap=_PREFIXES)
        holder = found if len(conditions) == 1 else etree.SubElement(found, f"{{{FES}}}And")
        holder.extend(conditions)
        return found

    def _add_constraint(self, query: Element) -> None:
        if not self.constraint and not self.since:
            return
        constraint = etree.SubElement(query, f"{{{CSW}}}Constraint", version="1.1.0")
        if self.constraint and not is_filter(self.constraint):
            etree.SubElement(constraint, f"{{{CSW}}}CqlText").text = self._cql()
        else:
            constraint.append(self._filter())

    def _add_sort(self, query: Element) -> None:
        if self.sort_by:
            sort = etree.SubElement(etree.SubElement(query, f"{{{FES}}}SortBy"), f"{{{FES}}}SortProperty")
            etree.SubElement(sort, f"{{{FES}}}PropertyName").text = self.sort_by
            etree.SubElement(sort, f"{{{FES}}}SortOrder").text = "ASC"


def is_filter(constraint: str) -> bool:
    """Whether a constraint is an XML filter, not CQL."""
    return constraint.lstrip().startswith("<")


def read_filter(constraint: str) -> Element:
    """The ogc:Filter of a setting. Raises `BadInput`."""
    try:
        found = parse(constraint.encode())
    except RemoteUnreadable as problem:
        raise BadInput.of("settings.constraint", f"must be CQL or an ogc:Filter document. {problem}") from problem
    if local_name(found) != "Filter":
        raise BadInput.of("settings.constraint", f"must be CQL or an ogc:Filter document, not <{local_name(found)}>")
    return found


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raises `BadInput` for what the schema cannot tell."""
    constraint = str(settings.get("constraint", ""))
    if is_filter(constraint):
        read_filter(constraint)
