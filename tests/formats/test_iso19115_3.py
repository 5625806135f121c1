"""ISO 19115-3: the same things as in ISO 19139, where the newer standard keeps them."""

from datetime import UTC, datetime

import pytest

from windrow.errors import RemoteUnreadable
from windrow.formats import metadata
from windrow.formats.xml import parse
from windrow.model.records import Contact, Link, Record

PREFIXES = ("mdb", "cit", "mri", "gex", "mcc", "mco", "mrd", "lan", "srv")
CONTENT = """
<mdb:metadataIdentifier><mcc:MD_Identifier><mcc:code>{s}id-1{e}</mcc:code></mcc:MD_Identifier></mdb:metadataIdentifier>
<mdb:defaultLocale><lan:PT_Locale><lan:language><lan:LanguageCode codeListValue="fre"/></lan:language></lan:PT_Locale>
</mdb:defaultLocale>
<mdb:parentMetadata><cit:CI_Citation><cit:identifier><mcc:MD_Identifier><mcc:code>{s}parent{e}</mcc:code>
</mcc:MD_Identifier></cit:identifier></cit:CI_Citation></mdb:parentMetadata>
<mdb:metadataScope><mdb:MD_MetadataScope><mdb:resourceScope><mcc:MD_ScopeCode codeListValue="series"/>
</mdb:resourceScope></mdb:MD_MetadataScope></mdb:metadataScope>
<mdb:contact><cit:CI_Responsibility><cit:role><cit:CI_RoleCode codeListValue="author"/></cit:role><cit:party>
  <cit:CI_Individual><cit:name>{s}Ann{e}</cit:name></cit:CI_Individual></cit:party></cit:CI_Responsibility></mdb:contact>
<mdb:dateInfo><cit:CI_Date><cit:date><gco:DateTime>2023-02-01T00:00:00Z</gco:DateTime></cit:date><cit:dateType>
  <cit:CI_DateTypeCode codeListValue="revision"/></cit:dateType></cit:CI_Date></mdb:dateInfo>
<mdb:dateInfo><cit:CI_Date><cit:date><gco:Date>2022-01-01</gco:Date></cit:date><cit:dateType>
  <cit:CI_DateTypeCode codeListValue="creation"/></cit:dateType></cit:CI_Date></mdb:dateInfo>
<mdb:dateInfo><cit:CI_Date><cit:date><gco:Date>2030-01-01</gco:Date></cit:date><cit:dateType>
  <cit:CI_DateTypeCode codeListValue="nextUpdate"/></cit:dateType></cit:CI_Date></mdb:dateInfo>
<mdb:metadataLinkage><cit:CI_OnlineResource><cit:linkage>{s}https://example.org/md{e}</cit:linkage><cit:function>
  <cit:CI_OnLineFunctionCode codeListValue="completeMetadata"/></cit:function></cit:CI_OnlineResource>
</mdb:metadataLinkage>
<mdb:identificationInfo><mri:MD_DataIdentification>
  <mri:citation><cit:CI_Citation><cit:title>{s}Lacs{e}</cit:title></cit:CI_Citation></mri:citation>
  <mri:abstract>{s}Tous.{e}</mri:abstract>
  <mri:pointOfContact><cit:CI_Responsibility><cit:party><cit:CI_Organisation><cit:name>{s}Office{e}</cit:name>
    <cit:contactInfo><cit:CI_Contact><cit:phone><cit:CI_Telephone><cit:number>{s}1{e}</cit:number></cit:CI_Telephone>
    </cit:phone></cit:CI_Contact></cit:contactInfo><cit:individual><cit:CI_Individual><cit:name>{s}Bob{e}</cit:name>
    </cit:CI_Individual></cit:individual></cit:CI_Organisation></cit:party></cit:CI_Responsibility></mri:pointOfContact>
  <mri:topicCategory><mri:MD_TopicCategoryCode>inlandWaters</mri:MD_TopicCategoryCode></mri:topicCategory>
  <mri:extent><gex:EX_Extent><gex:geographicElement><gex:EX_GeographicBoundingBox>
    <gex:westBoundLongitude><gco:Decimal>1</gco:Decimal></gex:westBoundLongitude>
    <gex:eastBoundLongitude><gco:Decimal>3</gco:Decimal></gex:eastBoundLongitude>
    <gex:southBoundLatitude><gco:Decimal>2</gco:Decimal></gex:southBoundLatitude>
    <gex:northBoundLatitude><gco:Decimal>4</gco:Decimal></gex:northBoundLatitude>
    </gex:EX_GeographicBoundingBox></gex:geographicElement><gex:temporalElement><gex:EX_TemporalExtent><gex:extent>
    <gml:TimePeriod><gml:beginPosition>2001</gml:beginPosition><gml:endPosition>2001</gml:endPosition></gml:TimePeriod>
    </gex:extent></gex:EX_TemporalExtent></gex:temporalElement></gex:EX_Extent></mri:extent>
  <mri:resourceConstraints><mco:MD_LegalConstraints><mco:reference><cit:CI_Citation><cit:title>{s}CC0{e}</cit:title>
    </cit:CI_Citation></mco:reference></mco:MD_LegalConstraints></mri:resourceConstraints>
  <mri:descriptiveKeywords><mri:MD_Keywords><mri:keyword>{s}eau{e}</mri:keyword></mri:MD_Keywords>
  </mri:descriptiveKeywords>
</mri:MD_DataIdentification></mdb:identificationInfo>
"""


def document(content: str, version: str) -> bytes:
    spaces = "".join(f' xmlns:{each}="http://standards.iso.org/iso/19115/-3/{each}/{version}"' for each in PREFIXES)
    spaces += ' xmlns:gco="http://standards.iso.org/iso/19115/-3/gco/1.0" xmlns:gml="http://www.opengis.net/gml/3.2"'
    filled = content.format(s="<gco:CharacterString>", e="</gco:CharacterString>")
    return f"<mdb:MD_Metadata{spaces}>{filled}</mdb:MD_Metadata>".encode()


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_everything_in_either_version_of_the_namespaces(version: str) -> None:
    assert metadata.read(parse(document(CONTENT, version))) == Record(
        identifier="id-1",
        title="Lacs",
        abstract="Tous.",
        type="series",
        keywords=("eau", "inlandWaters"),
        contacts=(Contact("Bob", "Office", phone="1"), Contact("Ann", role="author")),
        licence="CC0",
        links=(Link("https://example.org/md", rel="describedby"),),
        bbox=(1, 2, 3, 4),
        time_start=datetime(2001, 1, 1, tzinfo=UTC),
        time_end=datetime(2002, 1, 1, tzinfo=UTC),
        modified=datetime(2023, 2, 1, tzinfo=UTC),
        language="fr",
        collection="parent",
        standard="iso19115-3",
    )


def test_the_identifier_is_told_without_reading_the_rest() -> None:
    assert metadata.identifier_of(parse(document(CONTENT, "2.0"))) == "id-1"


def test_a_record_without_an_identifier_is_refused() -> None:
    with pytest.raises(RemoteUnreadable, match="no identifier"):
        metadata.identifier_of(parse(document("", "2.0")))
