"""A dataset as a Dublin Core record: as CSW carries it (`csw:Record`), or as OAI-PMH does (`oai_dc:dc`)."""

from xml.sax.saxutils import escape

from samples.generator.datasets import Dataset
from samples.generator.template import Template

_CSW = Template("""\
<csw:Record xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:dct="http://purl.org/dc/terms/" xmlns:ows="http://www.opengis.net/ows">
  <dc:identifier>{identifier}</dc:identifier>
  <dc:title>{title}</dc:title>
  <dc:type>{kind}</dc:type>
  {subjects}
  <dc:format>{format}</dc:format>
  <dc:creator>{organisation}</dc:creator>
  <dc:rights>{licence}</dc:rights>
  <dc:language>{language}</dc:language>
  <dct:references scheme="WWW:DOWNLOAD-1.0-http--download">https://data.example.org/files/{slug}.zip</dct:references>
  <dct:modified>{modified}</dct:modified>
  <dct:abstract>{abstract}</dct:abstract>
  <ows:BoundingBox crs="urn:x-ogc:def:crs:EPSG:6.11:4326">
    <ows:LowerCorner>{south} {west}</ows:LowerCorner>
    <ows:UpperCorner>{north} {east}</ows:UpperCorner>
  </ows:BoundingBox>
</csw:Record>
""")

_OAI = Template("""\
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:identifier>{identifier}</dc:identifier>
  <dc:identifier>https://data.example.org/about/{slug}</dc:identifier>
  <dc:title>{title}</dc:title>
  <dc:type>{kind}</dc:type>
  {subjects}
  <dc:format>{format}</dc:format>
  <dc:creator>{organisation}</dc:creator>
  <dc:rights>{licence}</dc:rights>
  <dc:language>{language}</dc:language>
  <dc:date>{modified}</dc:date>
  <dc:description>{abstract}</dc:description>
  <dc:coverage>northlimit={north}; southlimit={south}; westlimit={west}; eastlimit={east}</dc:coverage>
</oai_dc:dc>
""")


def csw_record(dataset: Dataset) -> bytes:
    """The record as CSW 2.0.2 carries it, UTF-8, without an XML declaration."""
    return _fill(_CSW, dataset)


def oai_dc(dataset: Dataset) -> bytes:
    """The record as OAI-PMH carries it, UTF-8, without an XML declaration."""
    return _fill(_OAI, dataset)


def _fill(template: Template, dataset: Dataset) -> bytes:
    west, south, east, north = map(str, dataset.bbox)
    return template.fill(
        {
            "identifier": dataset.identifier,
            "title": escape(dataset.title),
            "kind": dataset.kind,
            "subjects": "\n  ".join([f"<dc:subject>{escape(word)}</dc:subject>" for word in dataset.keywords]),
            "format": dataset.format[0],
            "organisation": escape(dataset.organisation),
            "licence": dataset.licence[0],
            "language": dataset.language,
            "slug": dataset.slug,
            "modified": dataset.modified.isoformat(),
            "abstract": escape(dataset.abstract),
            "west": west,
            "south": south,
            "east": east,
            "north": north,
        }
    )
