"""Requests of the Web Feature Service, in the words of each of its versions."""

from windrow.formats.ows.addresses import with_arguments

ANY = "2.0.0,1.1.0,1.0.0"
"""The versions that can be read, the best first."""


def capabilities_url(address: str, versions: str = "") -> str:
    """A GetCapabilities request to the service at an address, its own query kept.

    Servers since 1.1.0 choose from `versions` (`acceptversions`); those of 1.0.0 look at `version` and answer with
    theirs. Without any, every server answers with the newest that it has.
    """
    accepted = {"acceptversions": versions, "version": versions.partition(",")[0]} if versions else {}
    return with_arguments(address, {"service": "WFS", "request": "GetCapabilities", **accepted})


def features_url(address: str, version: str, name: str, output_format: str) -> str:
    """A GetFeature request for all features of a type."""
    names = "typeNames" if version.startswith("2") else "typeName"
    arguments = {"service": "WFS", "version": version, "request": "GetFeature", names: name}
    return with_arguments(address, {**arguments, "outputFormat": output_format})
