"""Names of files: safe on any system, the same for the same record, and no other record's; pure."""

import re
import unicodedata
from hashlib import sha256

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LONGEST = 60
_WRITTEN = re.compile(r"(?:([0-9a-f]{2})/)?([a-z0-9-]{1,100}\.(?:xml|json))")


def file_name(identifier: str, ending: str) -> str:
    """What is left of the identifier for people, and its hash for certain: `roads-2020-0d5c6e0f1a2b3c4d.xml`."""
    plain = unicodedata.normalize("NFKD", identifier).encode("ascii", "ignore").decode().lower()
    words = _NOT_IN_NAMES.sub("-", plain).strip("-")[:_LONGEST].strip("-")
    return f"{words}-{_digest(identifier)[:16]}.{ending}".lstrip("-")


def shelf_of(identifier: str) -> str:
    """The sub-catalogue that a record stands in: one of 256, evenly filled."""
    return _digest(identifier)[-2:]


def read_written(name: str) -> tuple[str, str] | None:
    """Folder and file of a name that this kind gave; None for any other, which must lead nowhere."""
    found = _WRITTEN.fullmatch(name)
    return (found.group(1) or "", found.group(2)) if found else None


def _digest(identifier: str) -> str:
    return sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()
