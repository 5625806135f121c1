"""Lines of cURL, as browsers and manuals give them, as steps of a strict document."""

import base64
import json
import shlex
from collections.abc import Iterator
from typing import Any

from windrow.errors import BadInput

_VALUES = {
    "-X": "method",
    "--request": "method",
    "-H": "header",
    "--header": "header",
    "-d": "data",
    "--data": "data",
    "--data-raw": "data",
    "--data-ascii": "data",
    "--data-binary": "data",
    "--data-urlencode": "data",
    "--json": "json",
    "-u": "user",
    "--user": "user",
    "-A": "agent",
    "--user-agent": "agent",
    "-e": "referer",
    "--referer": "referer",
    "-b": "cookie",
    "--cookie": "cookie",
    "--url": "url",
    "-m": "timeout",
    "--max-time": "timeout",
}
_IGNORED_VALUES = frozenset({"-o", "--output", "--connect-timeout", "--retry", "-w", "--write-out"})
_FLAGS = frozenset(
    ["-s", "--silent", "-S", "--show-error", "-L", "--location", "-i", "--include", "-v", "--verbose", "-f", "--fail",
     "--compressed", "-k", "--insecure", "-#", "-sS", "-sL", "-sSL", "-g", "--globoff"]
)  # fmt: skip


def read_curl(text: str) -> tuple[dict[str, Any], list[str]]:
    """A document with a step for each line that begins with `curl`, and what could not be taken over.

    Raises `BadInput` for what is no line of cURL.
    """
    warnings: list[str] = []
    steps = [_step(words, number, warnings) for number, words in enumerate(_commands(text), 1)]
    if not steps:
        raise BadInput.of("file", "has no line that begins with curl")
    return {"dialect": "strict", "requests": steps}, warnings


def _commands(text: str) -> Iterator[list[str]]:
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        try:
            words = shlex.split(bare.removeprefix("$ "))
        except ValueError as error:
            raise BadInput.of("file", f"{bare[:80]!r} cannot be read: {error}") from None
        if words[:1] != ["curl"]:
            raise BadInput.of("file", f"{bare[:80]!r} does not begin with curl")
        yield words[1:]


def _step(words: list[str], number: int, warnings: list[str]) -> dict[str, Any]:
    given: dict[str, list[str]] = {}
    get = head = False
    rest = iter(words)
    for word in rest:
        name, has_value, value = word.partition("=") if word.startswith("--") else _short(word)
        if name in ("-G", "--get"):
            get = True
        elif name in ("-I", "--head"):
            head = True
        elif name in _VALUES:
            given.setdefault(_VALUES[name], []).append(value if has_value else next(rest, ""))
        elif name in _IGNORED_VALUES:
            next(rest, "") if not has_value else None
        elif not word.startswith("-"):
            given.setdefault("url", []).append(word)
        elif word not in _FLAGS:
            warnings.append(f"requests[{number - 1}]: {name} is left out")
    return _made(given, get=get, head=head, number=number, warnings=warnings)


def _short(word: str) -> tuple[str, str, str]:
    """`-XPOST` is `-X POST`."""
    if len(word) > 2 and word[0] == "-" and word[:2] in ("-X", "-H", "-d", "-u", "-b", "-A"):
        return word[:2], "=", word[2:]
    return word, "", ""


def _made(given: dict[str, list[str]], *, get: bool, head: bool, number: int, warnings: list[str]) -> dict[str, Any]:
    if len(given.get("url", [])) != 1:
        raise BadInput.of("file", f"line {number} of cURL must have one address")
    url = given["url"][0]
    data = [*given.get("data", []), *given.get("json", [])]
    if any(each.startswith("@") for each in data):
        raise BadInput.of("file", f"line {number} of cURL sends a file: put its content into the document")
    header = dict(_header(each) for each in given.get("header", []))
    _add_shorthands(given, header, number, warnings)
    if get and data:
        url, data = url + ("&" if "?" in url else "?") + "&".join(data), []
    usual = "HEAD" if head else "POST" if data else "GET"
    step: dict[str, Any] = {"method": given.get("method", [usual])[-1].upper(), "api": _plain(url)}
    if data:
        json_type = {"Content-Type": "application/json"} if "json" in given else {}
        header = {**json_type, **header}
        step["body"] = _body("&".join(data), header)
    if header:
        step["header"] = header
    if "timeout" in given:
        step["timeout"] = float(given["timeout"][-1])
    step["save_to"] = f"answer_{number}"
    return step


def _add_shorthands(given: dict[str, list[str]], header: dict[str, str], number: int, warnings: list[str]) -> None:
    for key, name in (("agent", "User-Agent"), ("referer", "Referer"), ("cookie", "Cookie")):
        if key in given:
            header.setdefault(name, _plain(given[key][-1]))
    if "user" in given:
        coded = base64.b64encode(given["user"][-1].encode()).decode()
        header.setdefault("Authorization", f"Basic {coded}")
    secret = [name for name in header if name.lower() in ("authorization", "cookie", "x-api-key")]
    warnings.extend(
        f"requests[{number - 1}].header.{name} holds a credential: use secret.NAME instead" for name in secret
    )


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), _plain(value.strip())


def _body(data: str, header: dict[str, str]) -> Any:
    kind = next((value for name, value in header.items() if name.lower() == "content-type"), "")
    if "json" in kind:
        try:
            return _plain_all(json.loads(data))
        except ValueError:
            pass
    if not kind:
        header["Content-Type"] = "application/x-www-form-urlencoded"
    return _plain(data)


def _plain_all(value: Any) -> Any:
    match value:
        case str():
            return _plain(value)
        case list():
            return [_plain_all(each) for each in value]
        case dict():
            return {key: _plain_all(each) for key, each in value.items()}
        case _:
            return value


def _plain(text: str) -> str:
    """A text that stays what it is: braces in it are no templates."""
    return text.replace("{{", '{{ "{{" }}')
