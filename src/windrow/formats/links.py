"""Addresses as metadata gives them: which are fit to be shown as links, and what their words say of them."""

import re

_SCHEME = re.compile(r"(https?|ftps?|sftp|s3|gs|azure|az|abfss?|swift|rsync|git)://", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"(application|audio|font|image|message|model|multipart|text|video)/[\w.+-]+")
_RELATIONS = {
    "download": "enclosure",
    "offlineaccess": "enclosure",
    "information": "about",
    "completemetadata": "describedby",
    "browsegraphic": "preview",
    "search": "search",
}


def address(text: str) -> str:
    """The address to follow: absolute, of a scheme that only fetches; "" for all else.

    `www.` gets its scheme and `doi:` its resolver. `javascript:` and its like must never become links, and a browser
    runs `javascript://host/...` as well.
    """
    text = text.strip()
    if text.startswith(("http://", "https://")) or _SCHEME.match(text):
        return text
    lower = text[:8].lower()
    if lower.startswith("www."):
        return f"http://{text}"
    if lower.startswith("doi:"):
        return f"https://doi.org/{text[4:].strip()}"
    return text if lower.startswith(("mailto:", "urn:")) else ""


def relation(function: str, protocol: str) -> str:
    """The IANA relation of an online resource by its CI_OnLineFunctionCode, else by GeoNetwork's `WWW:DOWNLOAD`."""
    known = _RELATIONS.get(function.lower()) if function else None
    if known:
        return known
    return "enclosure" if protocol.upper().startswith("WWW:DOWNLOAD") else "related"


def media_type(text: str) -> str:
    """The text where it is a media type; "" otherwise."""
    return text if text and _MEDIA_TYPE.fullmatch(text) else ""
