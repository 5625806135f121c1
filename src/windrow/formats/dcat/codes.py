"""Authority tables that catalogues point to, as plain words: the EU's data themes, languages, file and media types."""

from windrow.formats.dcat.texts import last_step
from windrow.formats.languages import language_tag
from windrow.formats.links import media_type

_THEME = "http://publications.europa.eu/resource/authority/data-theme/"
_THEMES = {
    "AGRI": "Agriculture, fisheries, forestry and food",
    "ECON": "Economy and finance",
    "EDUC": "Education, culture and sport",
    "ENER": "Energy",
    "ENVI": "Environment",
    "GOVE": "Government and public sector",
    "HEAL": "Health",
    "INTR": "International issues",
    "JUST": "Justice, legal system and public safety",
    "REGI": "Regions and cities",
    "SOCI": "Population and society",
    "TECH": "Science and technology",
    "TRAN": "Transport",
}
_MEDIA_TYPES = ("www.iana.org/assignments/media-types/", "www.sparontologies.net/mediatype/")
_RESOURCE_TYPES = frozenset(("dataset", "series", "service"))
_NO_LANGUAGE = frozenset(("", "und", "mul", "zxx", "op_datpro"))


def theme_word(iri: str) -> str:
    """The title of one of the EU's data themes; "" for any other address."""
    known = iri.replace("https://", "http://")
    return _THEMES.get(known.removeprefix(_THEME), "") if known.startswith(_THEME) else ""


def language_of(text: str) -> str:
    """BCP 47 of a code, or of an authority's address that ends with one; "" for what stands for no language."""
    code = last_step(text) if "://" in text else text.strip()
    return "" if code.lower() in _NO_LANGUAGE else language_tag(code)


def media_type_of(text: str) -> str:
    """The media type in a text or in the address of IANA's register; "" where there is none."""
    for register in _MEDIA_TYPES:
        text = text.partition(register)[2] or text
    return media_type(text.partition(";")[0].strip().lower())


def format_word(text: str) -> str:
    """The word for a file format: a text as it is, else the last step of an authority's address (`CSV`)."""
    return last_step(text) if "://" in text else text


def resource_type(text: str) -> str:
    """`dataset`, `series` or `service` where INSPIRE's register or a plain word says so; "" otherwise."""
    word = last_step(text).lower() if "://" in text else text.lower()
    return word if word in _RESOURCE_TYPES else ""
