"""Keeps secrets out of what people read: URLs, error messages and the HTTP client's log."""

import base64
import logging
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, unquote_plus

from windrow.model.sources import Credential

HIDDEN = "***"

_TELLTALE = ("token", "secret", "passw", "passphrase", "apikey", "accesskey", "signature", "credential", "session")
_EXACT = frozenset({"key", "pwd", "pw", "pass", "sig", "auth", "authorization", "jwt", "requestorid", "sas"})
_USERINFO = re.compile(r"(?<=//)[^/?#\s]*@")
_PAIR = re.compile(r"(?<=[?&;])([^=&;#\s]+)=([^&;#\s\"'<>)]*)")


def is_secret_name(name: str) -> bool:
    """Whether a query parameter of this name probably carries a secret."""
    plain = re.sub(r"[^a-z0-9]", "", unquote_plus(name).lower())
    return plain in _EXACT or any(word in plain for word in _TELLTALE)


def redact_urls(text: str) -> str:
    """The text with user names, passwords and secret-looking query values hidden in every URL that it holds."""
    return _PAIR.sub(_hide_value, _USERINFO.sub(f"{HIDDEN}@", text))


def _hide_value(pair: re.Match[str]) -> str:
    return f"{pair[1]}={HIDDEN}" if pair[2] and is_secret_name(pair[1]) else pair[0]


def secrets_of(credential: Credential | None, url: str, headers: Mapping[str, str]) -> list[str]:
    """Every spelling of the secrets that go out with a request, so that a server's echo of them can be hidden."""
    pairs = [*parse_qsl(url.partition("?")[2].partition("#")[0]), *headers.items()]
    # A value of three letters is as likely part of a word; hiding it would garble the message.
    plain = [value for name, value in pairs if len(value) > 3 and is_secret_name(name)]
    if credential is not None:
        plain.append(credential.secret)
        plain.append(base64.b64encode(f"{credential.name}:{credential.secret}".encode()).decode())
    spellings = {spelling for each in plain if each for spelling in (each, quote(each, safe=""))}
    return sorted(spellings, key=len, reverse=True)


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text without any of the secrets."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def hide_bytes(body: bytes, secrets: Iterable[str]) -> bytes:
    """The same for a body."""
    for secret in secrets:
        body = body.replace(secret.encode(), HIDDEN.encode())
    return body


class RedactingFilter(logging.Filter):
    """Hides secrets in the log lines of urllib3, which name the path and query of every request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites the line's arguments; lets every line pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(redact_urls(each) if isinstance(each, str) else each for each in record.args)
        return True


def redact_client_log() -> None:
    """Puts the filter on urllib3's loggers; called again, it changes nothing."""
    for name in ("urllib3.connectionpool", "urllib3.connection"):
        logger = logging.getLogger(name)
        if not any(isinstance(each, RedactingFilter) for each in logger.filters):
            logger.addFilter(RedactingFilter())
