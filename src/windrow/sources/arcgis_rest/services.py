"""A service as its own document describes it: what its layers share."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from windrow.formats.json import object_of, text_of, texts_of
from windrow.sources.arcgis_rest.listings import TABLE, Entry
from windrow.sources.arcgis_rest.texts import plain_text

_LEGENDS = 10.01
"""The first version whose map services tell their legend (10 SP1)."""

_FEATURES = ("", "Feature Layer", TABLE)

_ALL_LAYERS = 10.0
"""The first version that tells all layers of a service in one answer (`/layers`)."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a layer's record says of its service. It is hashed with the layer: what is here is what matters.

    url           its address, without a query
    capabilities  what it can be asked for, such as `Map`, `Query`, `Data`; empty where it does not tell (9.3)
    extensions    further interfaces that it offers, such as `WMSServer`
    item          its identifier in the portal that it was published from
    draws         whether a picture of a single layer can be had
    legend        whether it tells its legend
    twin          the address of the feature service that publishes a layer too
    """

    url: str
    type: str
    name: str
    title: str = ""
    abstract: str = ""
    licence: str = ""
    author: str = ""
    keywords: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    item: str = ""
    draws: bool = False
    legend: bool = False
    twin: str = ""

    def beside(self, twin_url: str, entry: Entry, twin: Sequence[Entry] | None) -> "Service":
        """The same as the record of one layer sees it: with the feature service, where that publishes the layer too.

        `twin` is what the feature service lists; None where it was not asked. One that is an extension of a map
        service publishes its features and tables under the same numbers.
        """
        if twin is None:
            publishes = "FeatureServer" in self.extensions and entry.type in _FEATURES
        else:
            publishes = any(each.mark == entry.mark for each in twin)
        return replace(self, twin=twin_url) if publishes and self.type == "MapServer" else self


def read_service(document: Mapping[str, Any], *, url: str, type: str, name: str) -> Service:  # noqa: A002 - its word
    """What a service's document says of it."""
    told = {key.lower(): text_of(value) for key, value in object_of(document.get("documentInfo")).items()}
    capabilities = words_of(document.get("capabilities"))
    return Service(
        url=url,
        type=type,
        name=name,
        title=told.get("title", ""),
        abstract=_first(
            document.get("description"), document.get("serviceDescription"), told.get("comments"), told.get("subject")
        ),
        licence=plain_text(text_of(document.get("copyrightText")) or told.get("credits", "")),
        author=told.get("author", ""),
        keywords=(*words_of(told.get("keywords")), *words_of(told.get("category"))),
        capabilities=capabilities,
        extensions=words_of(document.get("supportedExtensions")),
        item=text_of(document.get("serviceItemId")),
        draws=_draws(type, capabilities),
        legend=type == "MapServer" and version_of(document) >= _LEGENDS,
    )


def version_of(document: Mapping[str, Any]) -> float:
    """The server's version, such as 10.91; 0 where it does not tell."""
    version = document.get("currentVersion")
    return float(version) if isinstance(version, int | float) and not isinstance(version, bool) else 0.0


def tells_all_layers(document: Mapping[str, Any]) -> bool:
    """Whether the server may tell all layers of a service in one answer: not where it says that it is too old."""
    return not 0 < version_of(document) < _ALL_LAYERS


def words_of(value: Any) -> tuple[str, ...]:
    """The words of a text with commas or semicolons, each once."""
    return texts_of(re.split("[,;]", text_of(value)))


def _draws(type: str, capabilities: tuple[str, ...]) -> bool:  # noqa: A002 - the API's own word
    """Map services export pictures unless they only hold tiles, which say `Map,Tilemap` and cannot be queried."""
    if type == "ImageServer":
        return not capabilities or "Image" in capabilities
    tiles = "Tilemap" in capabilities and "Query" not in capabilities
    return type == "MapServer" and (not capabilities or ("Map" in capabilities and not tiles))


def _first(*texts: Any) -> str:
    return next((plain for each in texts if (plain := plain_text(text_of(each)))), "")
