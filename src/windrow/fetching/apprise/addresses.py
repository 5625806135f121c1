"""Apprise addresses: which services are reached by the network, and what is wrong with an address."""

from windrow.errors import BadInput

LONGEST = 4000

LOCAL = {
    "dbus": "the desktop of this machine",
    "qt": "the desktop of this machine",
    "kde": "the desktop of this machine",
    "glib": "the desktop of this machine",
    "gnome": "the desktop of this machine",
    "macosx": "the desktop of this machine",
    "windows": "the desktop of this machine",
    "syslog": "the system log of this machine",
    "rsyslog": "a log that takes what it is sent without an answer",
    "vapid": "key files on this machine",
    "deltachat": "an account that is kept on this machine",
    "deltachats": "an account that is kept on this machine",
    "file": "files of this machine",
    "memory": "the memory of a process",
}
"""Refused: what they reach is not a person elsewhere."""


def check_scheme(address: str) -> None:
    """Raises `BadInput`, which never holds the address, for one that is none, or that leads to this machine."""
    scheme, separator, rest = address.partition("://")
    if scheme.lower() in LOCAL:
        raise BadInput.of("address", f"must not lead to {LOCAL[scheme.lower()]} ({scheme.lower()}://)")
    if not separator or not rest.strip() or not scheme.replace("+", "").replace("-", "").isalnum():
        raise BadInput.of("address", "must be an Apprise address, such as mailto://user:password@example.org")
    if len(address) > LONGEST or not address.isprintable():
        raise BadInput.of("address", f"must have at most {LONGEST} printable characters")
