"""The schemas of ISO 19139 and of CSW, as the catalogue server of the tests brings them."""

from collections.abc import Iterable
from functools import cache

from lxml import etree

from samples.servers.process import ROOT

_IMPORTING = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="http://www.isotc211.org/2005/gmd" schemaLocation="{iso}/20070417/gmd/gmd.xsd"/>
<xs:import namespace="http://www.isotc211.org/2005/srv" schemaLocation="{iso}/20060504/srv/srv.xsd"/>
</xs:schema>"""


def faults(document: bytes, schema: etree.XMLSchema) -> list[str]:
    """What a schema has to say against a document."""
    schema.validate(etree.fromstring(document))
    found: Iterable[etree._LogEntry] = schema.error_log  # type: ignore[assignment]  # lxml-stubs do not know it
    return [f"{each.line}: {each.message}" for each in found]


@cache
def iso_19139() -> etree.XMLSchema:
    """Data of 2007, and services, which that version left as they were in 2006."""
    folder = _pycsw("plugins/profiles/apiso/schemas/ogc/iso/19139")
    return etree.XMLSchema(etree.fromstring(_IMPORTING.format(iso=folder)))


@cache
def csw() -> etree.XMLSchema:
    """CSW 2.0.2 with its records."""
    return etree.XMLSchema(etree.parse(f"{_pycsw('core/schemas/ogc/csw/2.0.2')}/CSW-publication.xsd"))


def _pycsw(path: str) -> str:
    [folder] = (ROOT / ".cache" / "pycsw" / "lib").glob(f"python*/site-packages/pycsw/{path}")
    return str(folder)
