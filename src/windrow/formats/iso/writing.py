"""A record to ISO 19139: a gmd:MD_Metadata in the order of its schema (version 20070417), read back as it was.

What the standard has no place for is lost: the relation of a link beyond download, information, metadata, picture and
search; a media type where the protocol is one; the words for types that are not of ISO's list (an item becomes a
data set, a collection a series, all else a non-geographic data set that is named for what it was); heights; a
geometry within a collection within a collection. Signs in addresses that no URI may have are encoded, pictures come
before the other links, a contact is there once, and texts lose what XML cannot carry. What the schema asks for and the
record does not have is said to be missing.
"""

from dataclasses import replace

from lxml import etree

from windrow.errors import RemoteUnreadable
from windrow.formats.iso.elements import (
    NAMESPACES,
    add,
    add_code,
    add_date,
    add_needed_text,
    add_nothing,
    add_object,
    add_text,
)
from windrow.formats.iso.extent_writing import write_extent
from windrow.formats.languages import three_letters
from windrow.formats.xml import GCO, GMD, SRV, Element, clean, clean_address, parse, serialise
from windrow.model.records import Contact, Link, Record

ROOT = f"{{{GMD}}}MD_Metadata"

_SCOPES = {
    each.lower(): each
    for each in (
        *("attribute", "attributeType", "collectionHardware", "collectionSession", "dataset", "series"),
        *("nonGeographicDataset", "dimensionGroup", "feature", "featureType", "propertyType", "fieldSession"),
        *("software", "service", "model", "tile"),
    )
}
_NEAREST_SCOPES = {"item": "dataset", "collection": "series"}
_TOPICS = frozenset(
    (
        *("farming", "biota", "boundaries", "climatologyMeteorologyAtmosphere", "economy", "elevation", "environment"),
        *("geoscientificInformation", "health", "imageryBaseMapsEarthCover", "intelligenceMilitary", "inlandWaters"),
        *("location", "oceans", "planningCadastre", "society", "structure", "transportation"),
        "utilitiesCommunication",
    )
)
_FUNCTIONS = {
    "enclosure": "download",
    "about": "information",
    "describedby": "completeMetadata",
    "preview": "browseGraphic",
    "search": "search",
}
_SERVICES = {"WMS": "view", "WMTS": "view", "WFS": "download", "WCS": "download", "CSW": "discovery"}


def write(record: Record) -> bytes:
    """The document (UTF-8, with a declaration)."""
    root = etree.Element(ROOT, nsmap=NAMESPACES)
    _write_head(root, record)
    if record.type == "service":
        _write_service(root, record)
    else:
        _write_data(root, record)
    _write_distribution(root, record)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def document_of(record: Record, identifier: str, raw: bytes = b"", media_type: str = "") -> bytes:
    """The ISO 19139 document of a record that is to be known by `identifier`.

    That is `raw` itself where it is one, with the identifier put in where it has another; else it is written.
    """
    root = _root_of(raw, media_type)
    if root is None:
        return write(replace(record, identifier=identifier))
    return raw if _rename(root, identifier) else serialise(root)


def _root_of(raw: bytes, media_type: str) -> Element | None:
    if not raw or not media_type.partition(";")[0].strip().lower().endswith("xml"):
        return None
    try:
        root = parse(raw)
    except RemoteUnreadable:
        return None
    return root if root.tag == ROOT else None


def _rename(root: Element, identifier: str) -> bool:
    """Gives the document this identifier. Whether it had it already."""
    holder = root.find(f"{{{GMD}}}fileIdentifier")
    texts = [] if holder is None else list(holder)
    if len(texts) == 1 and (texts[0].text or "").strip() == identifier:
        return True
    if holder is None:
        holder = etree.Element(f"{{{GMD}}}fileIdentifier")
        root.insert(0, holder)
    holder.clear()
    add(holder, "CharacterString", GCO).text = clean(identifier)
    return False


def _write_head(root: Element, record: Record) -> None:
    add_text(root, "fileIdentifier", record.identifier)
    _write_language(root, record, needed=False)
    add_code(root, "characterSet", "MD_CharacterSetCode", "utf8")
    add_text(root, "parentIdentifier", record.collection)
    known = _SCOPES.get(record.type) or _NEAREST_SCOPES.get(record.type)
    add_code(root, "hierarchyLevel", "MD_ScopeCode", known or "nonGeographicDataset")
    add_text(root, "hierarchyLevelName", "" if record.type == "dataset" else record.type)
    speaker = next((each for each in record.contacts if each.role == "pointOfContact"), None)
    _write_contact(root, "contact", speaker or next(iter(record.contacts), Contact()))
    add_date(root, "dateStamp", record.modified)
    add_text(root, "metadataStandardName", "ISO 19115:2003/19139")
    add_text(root, "metadataStandardVersion", "1.0")


def _write_language(parent: Element, record: Record, *, needed: bool) -> None:
    if record.language:
        add_code(parent, "language", "LanguageCode", three_letters(record.language))
    elif needed:
        add_nothing(parent, "language")


def _write_data(root: Element, record: Record) -> None:
    held = add_object(root, "identificationInfo", "MD_DataIdentification")
    _write_identification(held, record)
    _write_language(held, record, needed=True)
    for topic in record.keywords:
        if topic in _TOPICS:
            add(add(held, "topicCategory"), "MD_TopicCategoryCode").text = topic
    write_extent(held, record, GMD)


def _write_service(root: Element, record: Record) -> None:
    held = add(add(root, "identificationInfo"), "SV_ServiceIdentification", SRV)
    _write_identification(held, record)
    add(add(held, "serviceType", SRV), "LocalName", GCO).text = _service_type(record)
    write_extent(held, record, SRV)
    add_code(held, "couplingType", "SV_CouplingType", "loose", space=SRV)
    add_nothing(held, "containsOperations", space=SRV)


def _service_type(record: Record) -> str:
    """INSPIRE's word for what the service does, by the protocol of its first link that tells."""
    names = (word for link in record.links for word in link.protocol.upper().replace("-", ":").split(":"))
    return next((_SERVICES[name] for name in names if name in _SERVICES), "other")


def _write_identification(held: Element, record: Record) -> None:
    citation = add_object(held, "citation", "CI_Citation")
    add_needed_text(citation, "title", record.title)
    if record.created is None:
        add_nothing(citation, "date", reason="unknown")
    else:
        date = add_object(citation, "date", "CI_Date")
        add_date(date, "date", record.created)
        add_code(date, "dateType", "CI_DateTypeCode", "creation")
    add_needed_text(held, "abstract", record.abstract)
    for contact in record.contacts:
        _write_contact(held, "pointOfContact", contact)
    for link in record.links:
        if _is_picture(link):
            _write_picture(held, link)
    _write_keywords(held, record)
    if record.licence:
        constraints = add_object(held, "resourceConstraints", "MD_LegalConstraints")
        add_code(constraints, "useConstraints", "MD_RestrictionCode", "otherRestrictions")
        add_text(constraints, "otherConstraints", record.licence)


def _write_keywords(held: Element, record: Record) -> None:
    written = [keyword for keyword in record.keywords if clean(keyword).strip()]
    if written:
        words = add_object(held, "descriptiveKeywords", "MD_Keywords")
        for keyword in written:
            add_text(words, "keyword", keyword)


def _write_contact(parent: Element, name: str, contact: Contact) -> None:
    if contact == Contact():
        add_nothing(parent, name)
        return
    party = add_object(parent, name, "CI_ResponsibleParty")
    add_text(party, "individualName", contact.name)
    add_text(party, "organisationName", contact.organisation)
    if contact.phone or contact.email or contact.url:
        information = add_object(party, "contactInfo", "CI_Contact")
        if contact.phone:
            add_text(add_object(information, "phone", "CI_Telephone"), "voice", contact.phone)
        if contact.email:
            add_text(add_object(information, "address", "CI_Address"), "electronicMailAddress", contact.email)
        if contact.url:
            _write_address(add_object(information, "onlineResource", "CI_OnlineResource"), contact.url)
    if contact.role:
        add_code(party, "role", "CI_RoleCode", contact.role)
    else:
        add_nothing(party, "role")


def _write_address(resource: Element, href: str) -> None:
    add(add(resource, "linkage"), "URL").text = clean_address(href)


def _is_picture(link: Link) -> bool:
    return link.rel == "preview" and not link.title and not link.protocol


def _write_picture(held: Element, link: Link) -> None:
    picture = add_object(held, "graphicOverview", "MD_BrowseGraphic")
    add_needed_text(picture, "fileName", link.href)
    add_text(picture, "fileDescription", link.description)
    add_text(picture, "fileType", link.media_type)


def _write_distribution(root: Element, record: Record) -> None:
    links = [link for link in record.links if not _is_picture(link)]
    if not links:
        return
    distribution = add_object(root, "distributionInfo", "MD_Distribution")
    options = add_object(distribution, "transferOptions", "MD_DigitalTransferOptions")
    for link in links:
        resource = add_object(options, "onLine", "CI_OnlineResource")
        _write_address(resource, link.href)
        add_text(resource, "protocol", link.protocol)
        add_text(resource, "applicationProfile", link.media_type)
        add_text(resource, "name", link.title)
        add_text(resource, "description", link.description)
        if link.rel in _FUNCTIONS:
            add_code(resource, "function", "CI_OnLineFunctionCode", _FUNCTIONS[link.rel])
