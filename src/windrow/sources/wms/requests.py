"""Requests of the Web Map Service, in the words of each of its versions."""

from windrow.formats.ows.addresses import with_arguments

NEWEST = "1.3.0"


def is_oldest(version: str) -> bool:
    """Whether a version is 1.0.0 or one of its drafts, which had other words."""
    return version.startswith("1.0")


def by_authority(version: str) -> bool:
    """Whether axes stand in the order of the system's authority: since 1.3.0; before, always east, north."""
    return not version.startswith(("1.0", "1.1"))


def capabilities_url(address: str, version: str) -> str:
    """A GetCapabilities request to the service at an address, its own query kept."""
    if is_oldest(version):
        return with_arguments(address, {"wmtver": version, "request": "capabilities"})
    return with_arguments(address, {"service": "WMS", "version": version, "request": "GetCapabilities"})


def map_url(address: str, version: str, arguments: dict[str, str]) -> str:
    """A GetMap request."""
    if is_oldest(version):
        return with_arguments(address, {"wmtver": version, "request": "map", **arguments})
    return with_arguments(address, {"service": "WMS", "version": version, "request": "GetMap", **arguments})
