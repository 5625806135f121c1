"""ISO 19139: everything the record shows, and what real catalogues do to the standard."""

from datetime import UTC, datetime
from typing import Any

import pytest

from windrow.errors import RemoteUnreadable
from windrow.formats import metadata
from windrow.formats.xml import parse
from windrow.model.records import Contact, Link, Record

FULL = """
<gmd:fileIdentifier>{string}id-1</gco:CharacterString></gmd:fileIdentifier>
<gmd:language><gmd:LanguageCode codeList="x" codeListValue="ger">Deutsch</gmd:LanguageCode></gmd:language>
<gmd:parentIdentifier>{string}series-7</gco:CharacterString></gmd:parentIdentifier>
<gmd:hierarchyLevel><gmd:MD_ScopeCode codeList="x" codeListValue="nonGeographicDataset"/></gmd:hierarchyLevel>
<gmd:contact><gmd:CI_ResponsibleParty>
  <gmd:individualName>{string}Eva
    Muster</gco:CharacterString></gmd:individualName>
  <gmd:organisationName>{string}Amt</gco:CharacterString></gmd:organisationName>
  <gmd:contactInfo><gmd:CI_Contact>
    <gmd:phone><gmd:CI_Telephone><gmd:voice>{string}+41 1</gco:CharacterString></gmd:voice></gmd:CI_Telephone>
    </gmd:phone>
    <gmd:address><gmd:CI_Address><gmd:electronicMailAddress>{string}mailto:eva@example.org</gco:CharacterString>
      </gmd:electronicMailAddress></gmd:CI_Address></gmd:address>
    <gmd:onlineResource><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>https://example.org</gmd:URL></gmd:linkage>
      </gmd:CI_OnlineResource></gmd:onlineResource></gmd:CI_Contact></gmd:contactInfo>
  <gmd:role><gmd:CI_RoleCode codeList="x" codeListValue="pointOfContact">Ansprechpartner</gmd:CI_RoleCode></gmd:role>
</gmd:CI_ResponsibleParty></gmd:contact>
<gmd:contact><gmd:CI_ResponsibleParty><gmd:organisationName gco:nilReason="missing"/><gmd:role>
  <gmd:CI_RoleCode codeList="x" codeListValue="owner"/></gmd:role></gmd:CI_ResponsibleParty></gmd:contact>
<gmd:contact xlink:href="https://example.org/contacts/1"/>
<gmd:dateStamp><gco:DateTime>2024-01-31T12:00:00+01:00</gco:DateTime></gmd:dateStamp>
<gmd:identificationInfo><gmd:MD_DataIdentification>
  <gmd:citation><gmd:CI_Citation>
    <gmd:title>{string}Gewässer
      der Schweiz</gco:CharacterString></gmd:title>
    <gmd:date><gmd:CI_Date><gmd:date><gco:Date>2020-05</gco:Date></gmd:date><gmd:dateType>
      <gmd:CI_DateTypeCode codeList="x" codeListValue="creation"/></gmd:dateType></gmd:CI_Date></gmd:date>
    <gmd:date><gmd:CI_Date><gmd:date><gco:Date>2021</gco:Date></gmd:date><gmd:dateType>
      <gmd:CI_DateTypeCode codeList="x" codeListValue="publication"/></gmd:dateType></gmd:CI_Date></gmd:date>
  </gmd:CI_Citation></gmd:citation>
  <gmd:abstract>{string}Alle Flüsse.</gco:CharacterString></gmd:abstract>
  <gmd:pointOfContact><gmd:CI_ResponsibleParty><gmd:positionName>{string}GIS desk</gco:CharacterString>
    </gmd:positionName></gmd:CI_ResponsibleParty></gmd:pointOfContact>
  <gmd:graphicOverview><gmd:MD_BrowseGraphic><gmd:fileName>{string}https://example.org/a.png</gco:CharacterString>
    </gmd:fileName><gmd:fileType>{string}PNG</gco:CharacterString></gmd:fileType></gmd:MD_BrowseGraphic>
    </gmd:graphicOverview>
  <gmd:descriptiveKeywords><gmd:MD_Keywords>
    <gmd:keyword>{string}river</gco:CharacterString></gmd:keyword>
    <gmd:keyword><gmx:Anchor xlink:href="http://example.org/lake">lake</gmx:Anchor></gmd:keyword>
    <gmd:keyword>{string}river</gco:CharacterString></gmd:keyword>
    <gmd:keyword gco:nilReason="missing"/>
    <gmd:thesaurusName><gmd:CI_Citation><gmd:title>{string}GEMET</gco:CharacterString></gmd:title></gmd:CI_Citation>
    </gmd:thesaurusName></gmd:MD_Keywords></gmd:descriptiveKeywords>
  <gmd:resourceConstraints><gmd:MD_LegalConstraints>
    <gmd:accessConstraints><gmd:MD_RestrictionCode codeList="x" codeListValue="otherRestrictions"/>
    </gmd:accessConstraints>
    <gmd:otherConstraints>{string}no limitations to public access</gco:CharacterString></gmd:otherConstraints>
  </gmd:MD_LegalConstraints></gmd:resourceConstraints>
  <gmd:resourceConstraints><gmd:MD_LegalConstraints>
    <gmd:useLimitation>{string}fit for nothing</gco:CharacterString></gmd:useLimitation>
    <gmd:useConstraints><gmd:MD_RestrictionCode codeList="x" codeListValue="otherRestrictions"/></gmd:useConstraints>
    <gmd:otherConstraints><gmx:Anchor xlink:href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</gmx:Anchor>
    </gmd:otherConstraints></gmd:MD_LegalConstraints></gmd:resourceConstraints>
  <gmd:language>{string}fre</gco:CharacterString></gmd:language>
  <gmd:topicCategory><gmd:MD_TopicCategoryCode>inlandWaters</gmd:MD_TopicCategoryCode></gmd:topicCategory>
  <gmd:extent><gmd:EX_Extent>
    <gmd:geographicElement>{box}</gmd:geographicElement>
    <gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent><gml:TimePeriod gml:id="t">
      <gml:beginPosition>2001</gml:beginPosition><gml:endPosition>2003-05</gml:endPosition>
    </gml:TimePeriod></gmd:extent></gmd:EX_TemporalExtent></gmd:temporalElement>
  </gmd:EX_Extent></gmd:extent>
</gmd:MD_DataIdentification></gmd:identificationInfo>
<gmd:distributionInfo><gmd:MD_Distribution>
  <gmd:distributor><gmd:MD_Distributor><gmd:distributorContact><gmd:CI_ResponsibleParty>
    <gmd:organisationName>{string}Shop</gco:CharacterString></gmd:organisationName></gmd:CI_ResponsibleParty>
    </gmd:distributorContact></gmd:MD_Distributor></gmd:distributor>
  <gmd:transferOptions><gmd:MD_DigitalTransferOptions>
    <gmd:onLine><gmd:CI_OnlineResource>
      <gmd:linkage><gmd:URL> https://example.org/a.zip </gmd:URL></gmd:linkage>
      <gmd:protocol>{string}WWW:DOWNLOAD-1.0-http--download</gco:CharacterString></gmd:protocol>
      <gmd:name><gmx:MimeFileType type="application/zip">a.zip</gmx:MimeFileType></gmd:name>
      <gmd:description>{string}All of it</gco:CharacterString></gmd:description>
      <gmd:function><gmd:CI_OnLineFunctionCode codeList="x" codeListValue="download"/></gmd:function>
    </gmd:CI_OnlineResource></gmd:onLine>
    <gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>javascript:alert(1)</gmd:URL></gmd:linkage>
    </gmd:CI_OnlineResource></gmd:onLine>
  </gmd:MD_DigitalTransferOptions></gmd:transferOptions>
</gmd:MD_Distribution></gmd:distributionInfo>
"""


def document(content: str, root: str = "gmd:MD_Metadata", attributes: str = "") -> bytes:
    spaces = {
        "gmd": "http://www.isotc211.org/2005/gmd",
        "gmi": "http://www.isotc211.org/2005/gmi",
        "gmi1": "http://standards.iso.org/iso/19115/-2/gmi/1.0",
        "gco": "http://www.isotc211.org/2005/gco",
        "gmx": "http://www.isotc211.org/2005/gmx",
        "srv": "http://www.isotc211.org/2005/srv",
        "gml": "http://www.opengis.net/gml/3.2",
        "xlink": "http://www.w3.org/1999/xlink",
    }
    declared = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    return f"<{root} {declared} {attributes}>{content}</{root}>".encode()


def box(west: object, south: object, east: object, north: object, kind: str = "") -> str:
    code = f"<gmd:extentTypeCode><gco:Boolean>{kind}</gco:Boolean></gmd:extentTypeCode>" if kind else ""
    sides = {"westBoundLongitude": west, "eastBoundLongitude": east, "southBoundLatitude": south}
    parts = {**sides, "northBoundLatitude": north}
    inside = "".join(f"<gmd:{name}><gco:Decimal>{value}</gco:Decimal></gmd:{name}>" for name, value in parts.items())
    return f"<gmd:EX_GeographicBoundingBox>{code}{inside}</gmd:EX_GeographicBoundingBox>"


def read(content: str, **more: str) -> Record:
    return metadata.read(parse(document(content, **more)))


def identified(content: str, *, title: str = "T", kind: str = "gmd:MD_DataIdentification") -> Record:
    """A record with that inside its identification."""
    citation = (
        f"<gmd:citation><gmd:CI_Citation><gmd:title><gco:CharacterString>{title}</gco:CharacterString></gmd:title>"
        "</gmd:CI_Citation></gmd:citation>"
    )
    return read(
        "<gmd:fileIdentifier><gco:CharacterString>i</gco:CharacterString></gmd:fileIdentifier>"
        f"<gmd:identificationInfo><{kind}>{citation}{content}</{kind}></gmd:identificationInfo>"
    )


def placed(*geographic: str) -> Record:
    elements = "".join(f"<gmd:geographicElement>{each}</gmd:geographicElement>" for each in geographic)
    return identified(f"<gmd:extent><gmd:EX_Extent>{elements}</gmd:EX_Extent></gmd:extent>")


def timed(*times: str) -> Record:
    elements = "".join(
        f"<gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent>{each}</gmd:extent></gmd:EX_TemporalExtent>"
        "</gmd:temporalElement>"
        for each in times
    )
    return identified(f"<gmd:extent><gmd:EX_Extent>{elements}</gmd:EX_Extent></gmd:extent>")


def test_everything_there_is() -> None:
    content = FULL.format(string="<gco:CharacterString>", box=box("5.9", "45.8", "10,5", "47.8"))

    assert read(content) == Record(
        identifier="id-1",
        title="Gewässer der Schweiz",
        abstract="Alle Flüsse.",
        type="nongeographicdataset",
        keywords=("river", "lake", "inlandWaters"),
        contacts=(
            Contact(name="GIS desk"),
            Contact(organisation="Shop"),
            Contact("Eva Muster", "Amt", "pointOfContact", "eva@example.org", "+41 1", "https://example.org"),
        ),
        licence="CC BY 4.0; https://creativecommons.org/licenses/by/4.0/",
        links=(
            Link("https://example.org/a.png", rel="preview", media_type="image/png"),
            Link(
                "https://example.org/a.zip",
                rel="enclosure",
                title="a.zip",
                description="All of it",
                media_type="application/zip",
                protocol="WWW:DOWNLOAD-1.0-http--download",
            ),
        ),
        bbox=(5.9, 45.8, 10.5, 47.8),
        time_start=datetime(2001, 1, 1, tzinfo=UTC),
        time_end=datetime(2003, 6, 1, tzinfo=UTC),
        created=datetime(2020, 5, 1, tzinfo=UTC),
        modified=datetime(2024, 1, 31, 11, tzinfo=UTC),
        language="de",
        collection="series-7",
        standard="iso19139",
    )


def test_part_2_of_the_standard_is_read_the_same() -> None:
    content = FULL.format(string="<gco:CharacterString>", box=box(1, 2, 3, 4))

    assert read(content, root="gmi:MI_Metadata") == read(content, root="gmi1:MI_Metadata") == read(content)


def test_a_record_without_an_identifier_of_its_own_takes_the_uuid_or_the_citation_s() -> None:
    citation = (
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:identifier>"
        "<gmd:MD_Identifier><gmd:code><gco:CharacterString>c-1</gco:CharacterString></gmd:code></gmd:MD_Identifier>"
        "</gmd:identifier></gmd:CI_Citation></gmd:citation></gmd:MD_DataIdentification></gmd:identificationInfo>"
    )

    assert read(citation).identifier == read(citation).title == "c-1"
    assert read(citation, attributes='uuid="u-1"').identifier == "u-1"
    assert metadata.identifier_of(parse(document(citation, attributes='uuid="u-1"'))) == "u-1"


@pytest.mark.parametrize("root", ["gmd:MD_Metadata", "gmd:DS_DataSet", "gmd:CI_Citation"])
def test_what_is_no_record_or_has_no_identifier_is_refused_with_a_reason(root: str) -> None:
    element = parse(document("", root=root))

    for attempt in (metadata.read, metadata.identifier_of):
        with pytest.raises(RemoteUnreadable, match=r"no identifier|no metadata record"):
            attempt(element)


def test_an_empty_main_text_gives_way_to_a_translation() -> None:
    record = identified(
        "",
        title="</gco:CharacterString><gmd:PT_FreeText><gmd:textGroup><gmd:LocalisedCharacterString locale='#FR'>Lacs"
        "</gmd:LocalisedCharacterString></gmd:textGroup></gmd:PT_FreeText><gco:CharacterString>",
    )

    assert record.title == "Lacs"


def test_a_record_without_a_title_goes_by_its_identifier() -> None:
    assert identified("", title=" ").title == "i"


def test_a_service_has_its_extent_and_its_operations() -> None:
    record = identified(
        f"<srv:extent><gmd:EX_Extent><gmd:geographicElement>{box(1, 2, 3, 4)}</gmd:geographicElement></gmd:EX_Extent>"
        "</srv:extent><srv:containsOperations><srv:SV_OperationMetadata><srv:connectPoint><gmd:CI_OnlineResource>"
        "<gmd:linkage><gmd:URL>https://example.org/wms</gmd:URL></gmd:linkage></gmd:CI_OnlineResource>"
        "</srv:connectPoint></srv:SV_OperationMetadata></srv:containsOperations>",
        kind="srv:SV_ServiceIdentification",
    )

    assert (record.type, record.bbox) == ("service", (1, 2, 3, 4))
    assert record.links == (Link("https://example.org/wms"),)


def test_several_boxes_become_one_around_them() -> None:
    assert placed(box(1, 2, 3, 4), box(5, 1, 6, 3)).bbox == (1, 1, 6, 4)
    assert placed(box(177, -20, 180, -10), box(-180, -20, -178, -10)).bbox == (177, -20, -178, -10)


@pytest.mark.parametrize(
    "sides", [("", 1, 2, 3), ("x", 1, 2, 3), (500000, 4000000, 600000, 5000000), ("NaN", 1, 2, 3), ("inf", 1, 2, 3)]
)
def test_an_absurd_box_is_dropped_and_the_record_stays(sides: tuple[Any, ...]) -> None:
    assert placed(box(*sides)).bbox is None
    assert placed(box(*sides), box(1, 2, 3, 4)).bbox == (1, 2, 3, 4)


def test_an_extent_that_is_excluded_is_no_extent() -> None:
    assert placed(box(1, 2, 3, 4, kind="0")).bbox is None
    assert placed(box(1, 2, 3, 4, kind="true")).bbox == (1, 2, 3, 4)


def test_a_polygon_becomes_the_geometry_and_its_box() -> None:
    record = placed(
        "<gmd:EX_BoundingPolygon><gmd:polygon><gml:Polygon srsName='urn:ogc:def:crs:EPSG::4326'><gml:exterior>"
        "<gml:LinearRing><gml:posList>45 5 45 10 48 10 45 5</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
        "</gmd:polygon></gmd:EX_BoundingPolygon>"
    )

    assert record.geometry == {"type": "Polygon", "coordinates": [[[5, 45], [10, 45], [10, 48], [5, 45]]]}
    assert record.bbox == (5, 45, 10, 48)


@pytest.mark.parametrize(
    ("xml", "start", "end"),
    [
        (
            "<gml:begin><gml:TimeInstant><gml:timePosition>2001</gml:timePosition></gml:TimeInstant></gml:begin>",
            2001,
            None,
        ),
        ("<gml:beginPosition>2001</gml:beginPosition><gml:endPosition indeterminatePosition='now'/>", 2001, None),
        ("<gml:beginPosition indeterminatePosition='unknown'/><gml:endPosition>2001</gml:endPosition>", None, 2002),
        (
            "<gml:beginPosition>2001</gml:beginPosition>"
            "<gml:endPosition indeterminatePosition='now'>2011</gml:endPosition>",
            2001,
            None,
        ),
        ("<gml:beginPosition>long ago</gml:beginPosition><gml:endPosition/>", None, None),
    ],
)
def test_open_and_unknown_ends_are_none(xml: str, start: int | None, end: int | None) -> None:
    record = timed(f"<gml:TimePeriod>{xml}</gml:TimePeriod>")

    assert record.time_start == (start and datetime(start, 1, 1, tzinfo=UTC))
    assert record.time_end == (end and datetime(end, 1, 1, tzinfo=UTC))


def test_an_instant_is_a_short_period_and_several_times_become_one() -> None:
    instant = "<gml:TimeInstant><gml:timePosition>2001-05-03</gml:timePosition></gml:TimeInstant>"
    period = "<gml:TimePeriod><gml:beginPosition>1999</gml:beginPosition><gml:endPosition/></gml:TimePeriod>"

    one, both = timed(instant), timed(instant, period)

    assert (one.time_start, one.time_end) == (datetime(2001, 5, 3, tzinfo=UTC), datetime(2001, 5, 4, tzinfo=UTC))
    assert (both.time_start, both.time_end) == (datetime(1999, 1, 1, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("constraints", "licence"),
    [
        ("<gmd:useLimitation>{0}do as you like{1}</gmd:useLimitation>", "do as you like"),
        ("<gmd:useConstraints><gmd:MD_RestrictionCode codeListValue='copyright'/></gmd:useConstraints>", "copyright"),
        ("<gmd:useConstraints><gmd:MD_RestrictionCode codeListValue='otherRestrictions'/></gmd:useConstraints>", ""),
        ("<gmd:otherConstraints>{0}about access{1}</gmd:otherConstraints>", ""),
    ],
)
def test_the_licence_is_what_says_most(constraints: str, licence: str) -> None:
    inside = constraints.format("<gco:CharacterString>", "</gco:CharacterString>")
    held = f"<gmd:MD_LegalConstraints>{inside}</gmd:MD_LegalConstraints>"

    assert identified(f"<gmd:resourceConstraints>{held}</gmd:resourceConstraints>").licence == licence
