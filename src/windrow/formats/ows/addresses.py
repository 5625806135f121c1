"""Addresses of OGC's services: what people paste, what a request adds to it, and what may be shown of it."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_ARGUMENTS = frozenset(
    (
        *("service", "request", "version", "wmtver", "acceptversions", "acceptformats", "sections", "updatesequence"),
        *("exceptions", "namespace", "namespaces", "layers", "styles", "srs", "crs", "bbox", "width", "height"),
        *("format", "transparent", "bgcolor", "time", "elevation", "sld", "sld_body", "query_layers", "info_format"),
        *("feature_count", "x", "y", "i", "j", "typename", "typenames", "outputformat", "srsname", "count"),
        *("maxfeatures", "startindex", "resulttype", "resolve", "filter", "filter_language", "featureid"),
        *("resourceid", "propertyname", "sortby", "storedquery_id"),
    )
)
"""What belongs to one request and not to the service; everything else (`map`, `language`) is the service's own."""

_SECRET = re.compile(
    r"token|secret|passw|passphrase|apikey|accesskey|authkey|signature|credential|session"
    r"|^(key|pwd|pw|pass|sig|auth|authorization|jwt|sas|user|username)$"
)


def base_url(url: str) -> str:
    """The service's own address: the URL with its own query, without the arguments of a request, in whatever case."""
    parts = urlsplit(url.strip())
    kept = [(name, value) for name, value in _query(parts.query) if name.lower() not in _ARGUMENTS]
    return urlunsplit(parts._replace(query=_written(kept), fragment=""))


def with_arguments(url: str, arguments: Mapping[str, str]) -> str:
    """A request: the service's address, its own query first."""
    parts = urlsplit(base_url(url))
    return urlunsplit(parts._replace(query=_written([*_query(parts.query), *arguments.items()])))


def argument_of(url: str, name: str) -> str:
    """The value of an argument, its name in whatever case; "" where there is none."""
    query = _query(urlsplit(url.strip()).query)
    return next((value.strip() for each, value in query if each.lower() == name), "")


def version_in(url: str, service: str) -> str:
    """The version that a URL names for that service; "" where it names none, or another service."""
    named = argument_of(url, "service")
    return argument_of(url, "version") if not named or named.upper() == service else ""


def public_url(url: str) -> str:
    """The service's address as everybody may see it: without a user, a password, a token or a key."""
    parts = urlsplit(base_url(url))
    kept = [(name, value) for name, value in _query(parts.query) if not _is_secret(name)]
    return urlunsplit(parts._replace(query=_written(kept), netloc=parts.netloc.rpartition("@")[2]))


def choose(asked: str, advertised: str, *, trusted: bool) -> str:
    """Where a service is to be asked, as links show it: at the address that it advertises, or at the one it answered.

    Behind proxies, services advertise addresses that lead nowhere (`http://localhost:8080/...`): only those on the
    server that was asked are taken, unless they are trusted.
    """
    return public_url(advertised if advertised and (trusted or _same_server(asked, advertised)) else asked)


def _same_server(first: str, second: str) -> bool:
    try:
        one, other = urlsplit(first), urlsplit(second)
    except ValueError:
        return False
    return (one.scheme, one.netloc.rpartition("@")[2].lower()) == (
        other.scheme.lower(),
        other.netloc.rpartition("@")[2].lower(),
    )


def _is_secret(name: str) -> bool:
    return bool(_SECRET.search(re.sub(r"[^a-z0-9]", "", name.lower())))


def _query(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _written(query: list[tuple[str, str]]) -> str:
    # Some services cannot undo %2C and %3A; `+` for a space is not everywhere understood either.
    return urlencode(query, safe="/:,", quote_via=quote)
