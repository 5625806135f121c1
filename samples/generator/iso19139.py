"""A dataset as an ISO 19139 record (`gmd:MD_Metadata`), about 7.5 kB, laid out as national catalogues do."""

from xml.sax.saxutils import escape

from samples.generator.datasets import Dataset
from samples.generator.template import Template

_CODES = "codeList.xml"


def _text(name: str, value: str) -> str:
    return f"<gmd:{name}><gco:CharacterString>{value}</gco:CharacterString></gmd:{name}>"


def _code(name: str, code_list: str, value: str) -> str:
    inside = f'<gmd:{code_list} codeList="{_CODES}#{code_list}" codeListValue="{value}">{value}</gmd:{code_list}>'
    return f"<gmd:{name}>{inside}</gmd:{name}>"


def _date(field: str, kind: str) -> str:
    code = _code("dateType", "CI_DateTypeCode", kind)
    return f"<gmd:date><gmd:CI_Date><gmd:date><gco:Date>{field}</gco:Date></gmd:date>{code}</gmd:CI_Date></gmd:date>"


def _party(role: str, person: str = "", more: str = "") -> str:
    return f"""<gmd:CI_ResponsibleParty>
      {person}{_text("organisationName", "{organisation}")}{more}
      {_code("role", "CI_RoleCode", role)}
    </gmd:CI_ResponsibleParty>"""


_ADDRESS = f"""
      <gmd:contactInfo><gmd:CI_Contact><gmd:address><gmd:CI_Address>
        {_text("city", "{place}")}{_text("country", "{country}")}
        {_text("electronicMailAddress", "{email}")}
      </gmd:CI_Address></gmd:address></gmd:CI_Contact></gmd:contactInfo>"""


def _online(address: str, protocol: str, name: str) -> str:
    return f"""<gmd:onLine><gmd:CI_OnlineResource>
          <gmd:linkage><gmd:URL>{address}</gmd:URL></gmd:linkage>
          {_text("protocol", protocol)}
          {_text("name", name)}
        </gmd:CI_OnlineResource></gmd:onLine>"""


_KEYWORD = _text("keyword", "%s") + "\n"

_HEAD = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco" \
xmlns:gml="http://www.opengis.net/gml" xmlns:srv="http://www.isotc211.org/2005/srv" \
xmlns:xlink="http://www.w3.org/1999/xlink">
  {_text("fileIdentifier", "{identifier}")}
  {_code("language", "LanguageCode", "{language}")}
  {_code("hierarchyLevel", "MD_ScopeCode", "{kind}")}
  <gmd:contact>{_party("pointOfContact", more=_text("positionName", "Data desk") + _ADDRESS)}</gmd:contact>
  <gmd:dateStamp><gco:Date>{{modified}}</gco:Date></gmd:dateStamp>
  {_text("metadataStandardName", "ISO19115")}
  {_text("metadataStandardVersion", "2003/Cor.1:2006")}
"""

_CITATION = f"""\
      <gmd:citation><gmd:CI_Citation>
        {_text("title", "{title}")}
        {_date("{published}", "publication")}
        <gmd:identifier><gmd:MD_Identifier>{_text("code", "{identifier}")}</gmd:MD_Identifier></gmd:identifier>
      </gmd:CI_Citation></gmd:citation>
      {_text("abstract", "{abstract}")}
      <gmd:pointOfContact>{_party("owner", person=_text("individualName", "{person}"))}</gmd:pointOfContact>
      <gmd:descriptiveKeywords><gmd:MD_Keywords>
{{keywords}}        {_code("type", "MD_KeywordTypeCode", "theme")}
      </gmd:MD_Keywords></gmd:descriptiveKeywords>
      <gmd:descriptiveKeywords><gmd:MD_Keywords>
        {_text("keyword", "{theme}")}
        <gmd:thesaurusName><gmd:CI_Citation>
          {_text("title", "GEMET - INSPIRE themes, version 1.0")}
        </gmd:CI_Citation></gmd:thesaurusName>
      </gmd:MD_Keywords></gmd:descriptiveKeywords>
      <gmd:resourceConstraints><gmd:MD_LegalConstraints>
        {_text("useLimitation", "{licence}")}
        {_code("useConstraints", "MD_RestrictionCode", "otherRestrictions")}
        {_text("otherConstraints", "{licence_url}")}
      </gmd:MD_LegalConstraints></gmd:resourceConstraints>
"""

_EXTENT = """\
      <{prefix}:extent><gmd:EX_Extent>
        <gmd:geographicElement><gmd:EX_GeographicBoundingBox>
          <gmd:westBoundLongitude><gco:Decimal>{{west}}</gco:Decimal></gmd:westBoundLongitude>
          <gmd:eastBoundLongitude><gco:Decimal>{{east}}</gco:Decimal></gmd:eastBoundLongitude>
          <gmd:southBoundLatitude><gco:Decimal>{{south}}</gco:Decimal></gmd:southBoundLatitude>
          <gmd:northBoundLatitude><gco:Decimal>{{north}}</gco:Decimal></gmd:northBoundLatitude>
        </gmd:EX_GeographicBoundingBox></gmd:geographicElement>
        <gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent><gml:TimePeriod gml:id="period">
          <gml:beginPosition>{{start}}</gml:beginPosition><gml:endPosition>{{end}}</gml:endPosition>
        </gml:TimePeriod></gmd:extent></gmd:EX_TemporalExtent></gmd:temporalElement>
      </gmd:EX_Extent></{prefix}:extent>
"""

_DATA = f"""\
  <gmd:identificationInfo>
    <gmd:MD_DataIdentification>
{_CITATION}      <gmd:spatialResolution><gmd:MD_Resolution><gmd:equivalentScale><gmd:MD_RepresentativeFraction>
        <gmd:denominator><gco:Integer>{{scale}}</gco:Integer></gmd:denominator>
      </gmd:MD_RepresentativeFraction></gmd:equivalentScale></gmd:MD_Resolution></gmd:spatialResolution>
      {_code("language", "LanguageCode", "{language}")}
      <gmd:topicCategory><gmd:MD_TopicCategoryCode>{{topic}}</gmd:MD_TopicCategoryCode></gmd:topicCategory>
{_EXTENT.format(prefix="gmd")}    </gmd:MD_DataIdentification>
  </gmd:identificationInfo>
"""

_SERVICE = f"""\
  <gmd:identificationInfo>
    <srv:SV_ServiceIdentification>
{_CITATION}      <srv:serviceType><gco:LocalName>view</gco:LocalName></srv:serviceType>
{_EXTENT.format(prefix="srv")}      <srv:containsOperations><srv:SV_OperationMetadata>
        <srv:operationName><gco:CharacterString>GetCapabilities</gco:CharacterString></srv:operationName>
        <srv:connectPoint><gmd:CI_OnlineResource>
          <gmd:linkage><gmd:URL>https://maps.example.org/{{slug}}/wms?service=WMS</gmd:URL></gmd:linkage>
        </gmd:CI_OnlineResource></srv:connectPoint>
      </srv:SV_OperationMetadata></srv:containsOperations>
    </srv:SV_ServiceIdentification>
  </gmd:identificationInfo>
"""

_TAIL = f"""\
  <gmd:distributionInfo><gmd:MD_Distribution>
    <gmd:distributionFormat><gmd:MD_Format>
      {_text("name", "{format}")}
      {_text("version", "{format_version}")}
    </gmd:MD_Format></gmd:distributionFormat>
    <gmd:transferOptions><gmd:MD_DigitalTransferOptions>
        {_online("https://data.example.org/files/{slug}.zip", "WWW:DOWNLOAD-1.0-http--download", "Download")}
        {_online("https://maps.example.org/{slug}/wms?service=WMS", "OGC:WMS", "Map")}
    </gmd:MD_DigitalTransferOptions></gmd:transferOptions>
  </gmd:MD_Distribution></gmd:distributionInfo>
  <gmd:dataQualityInfo><gmd:DQ_DataQuality>
    <gmd:scope><gmd:DQ_Scope>{_code("level", "MD_ScopeCode", "{kind}")}</gmd:DQ_Scope></gmd:scope>
    <gmd:lineage><gmd:LI_Lineage>{_text("statement", "{lineage}")}</gmd:LI_Lineage></gmd:lineage>
  </gmd:DQ_DataQuality></gmd:dataQualityInfo>
</gmd:MD_Metadata>
"""


def _compile(text: str) -> Template:
    """Without indentation, which would be a quarter of the record."""
    return Template("\n".join(line.strip() for line in text.splitlines()))


_RECORD = _compile(_HEAD + _DATA + _TAIL)
_SERVICE_RECORD = _compile(_HEAD + _SERVICE + _TAIL)


def iso19139(dataset: Dataset) -> bytes:
    """The record as a UTF-8 document."""
    west, south, east, north = dataset.bbox
    template = _SERVICE_RECORD if dataset.kind == "service" else _RECORD
    return template.fill(
        {
            "identifier": dataset.identifier,
            "language": dataset.language,
            "kind": dataset.kind,
            "title": escape(dataset.title),
            "abstract": escape(dataset.abstract),
            "keywords": "".join([_KEYWORD % escape(word) for word in dataset.keywords]),
            "theme": dataset.subject.theme,
            "topic": dataset.subject.topic,
            "person": dataset.person,
            "organisation": escape(dataset.organisation),
            "place": dataset.place.name,
            "country": dataset.place.country,
            "email": dataset.email,
            "west": str(west),
            "south": str(south),
            "east": str(east),
            "north": str(north),
            "start": dataset.start.isoformat(),
            "end": dataset.end.isoformat(),
            "published": dataset.published.isoformat(),
            "modified": dataset.modified.isoformat(),
            "scale": str(dataset.scale),
            "format": dataset.format[0],
            "format_version": dataset.format[1],
            "licence": dataset.licence[0],
            "licence_url": dataset.licence[1],
            "lineage": escape(dataset.lineage),
            "slug": dataset.slug,
        }
    )
