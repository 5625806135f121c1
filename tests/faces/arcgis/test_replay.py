"""What clients ask for, in their order, and what each answer must say: the exchanges of whole sessions.

`transcripts/` has a file for each session, one exchange a line: a real client's that signs in by the page, with a token
and by a form, and one that tries every sentence of the protocol's description. In what is expected, `$text`, `$ms`,
`$number`, `$id` and `$any` stand for any value of that sort, `{name}` for a value that an earlier answer had, `…` at
the end of a text and `...` at the end of a list for whatever follows. An answer may say more than is expected, and
never less. Unless it says `token: false`, or `as` whom else, a user of this session asks.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

from tests.faces.arcgis.conftest import Portal
from tests.faces.arcgis.portal_client import POISON, Task, Wire, info_of
from tests.web.serving import PASSWORD

TRANSCRIPTS = sorted(Path(__file__).with_name("transcripts").glob("*.jsonl"))

NEVER_SENT = {"www-authenticate", "set-cookie", "content-disposition"}

SORTS: Mapping[str, Callable[[Any], bool]] = {
    "$any": lambda _: True,
    "$text": lambda value: isinstance(value, str),
    "$number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "$ms": lambda value: isinstance(value, int) and 1_000_000_000_000 < value < 4_000_000_000_000,
    "$id": lambda value: isinstance(value, str) and len(value) == 32 and int(value, 16) > 0,
}


class Replay:
    """Asks what a transcript says, and compares."""

    def __init__(self, portal: Portal, user: str) -> None:
        self.portal = portal
        portal.house.user(user)
        self.client = portal.client_of(user)
        self.others = {"admin": portal.client_of("admin"), "stranger": portal.client("not-a-token")}
        start = 1_900_000_000_000
        self.kept: dict[str, Any] = {
            "REST": "/portal/sharing/rest",
            "base": portal.house.base,
            "user": user,
            "item": portal.upload(user),
            "password": PASSWORD,
            "start": start,
            "end": start + 30 * 86_400_000,
        }

    def step(self, exchange: Mapping[str, Any]) -> None:
        method, path = self.filled(exchange["ask"]).split(" ", 1)
        if method == "DO":
            self.portal.run(Task(self.client, path.removeprefix("run ")))
            return
        form = {name: self.filled(value) for name, value in exchange.get("form", {}).items()}
        client = self.others.get(exchange.get("as", ""), self.client)
        with_token, document = exchange.get("token", True), exchange.get("json")
        answer = client.send(method, self.portal.house.base + path, form, token=with_token, document=document)
        assert answer.status == exchange.get("status", 200), (exchange, answer.text)
        assert not {name.lower() for name in answer.headers} & NEVER_SENT, exchange
        assert not any(each in answer.text.lower() for each in POISON), (exchange, answer.text)
        if "text" in exchange:
            self.read(exchange["text"], answer)
        else:
            assert "json" in answer.headers["content-type"], exchange
            problems = list(self.differences(exchange.get("expect", {}), answer.json, "answer"))
            assert problems == [], (exchange["ask"], problems, answer.text)
        for name, place in exchange.get("keep", {}).items():
            found = answer.json
            for part in place.split("."):
                found = found[int(part) if part.isdigit() else part]
            self.keep(name, found)

    def keep(self, name: str, value: Any) -> None:
        """For what comes later; a token is sent from now on."""
        self.kept[name] = value
        if name == "token":
            self.client.token = value

    def read(self, what: str, answer: Wire) -> None:
        if what == "page":
            self.kept["oauth_state"] = info_of(answer.text)["oauth_state"]
            return
        back, _, fragment = answer.headers["Location"].partition("#")
        told = dict(parse_qsl(fragment))
        assert (back, told["state"], told["username"], told["ssl"]) == (
            self.portal.house.base,
            "second",
            self.kept["user"],
            "true",
        )
        assert int(told["expires_in"]) == 7200
        self.keep("token", told["access_token"])

    def filled(self, text: str) -> str:
        for name, value in self.kept.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def differences(self, expected: Any, found: Any, place: str) -> list[str]:
        match expected:
            case str() if expected in SORTS:
                return [] if SORTS[expected](found) else [f"{place}: {found!r} is no {expected}"]
            case str() if expected.startswith("{") and expected[1:-1] in self.kept:
                return self.differences(self.kept[expected[1:-1]], found, place)
            case str() if expected.endswith("…"):
                return [] if str(found).startswith(expected[:-1]) else [f"{place}: {found!r}"]
            case str():
                return [] if self.filled(expected) == found else [f"{place}: {found!r} is not {expected!r}"]
            case dict():
                missing = [f"{place}.{name} is missing" for name in expected if name not in found]
                inside = [
                    self.differences(expected[name], found[name], f"{place}.{name}")
                    for name in found
                    if name in expected
                ]
                return missing + [each for some in inside for each in some]
            case list():
                open_ended = expected[-1:] == ["..."]
                wanted = expected[:-1] if open_ended else expected
                if len(found) < len(wanted) or (len(found) > len(wanted) and not open_ended):
                    return [f"{place}: {len(found)} of {len(wanted)}"]
                pairs = zip(wanted, found, strict=False)
                inside = [self.differences(each, other, f"{place}.{at}") for at, (each, other) in enumerate(pairs)]
                return [each for some in inside for each in some]
            case _:
                same = expected == found and type(expected) is type(found)
                return [] if same else [f"{place}: {found!r} is not {expected!r}"]


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_whole_session_reads_what_it_needs(portal: Portal, transcript: Path) -> None:
    replay = Replay(portal, f"walter-{transcript.stem}")

    for line in transcript.read_bytes().splitlines():
        replay.step(orjson.loads(line))

    assert urlsplit(replay.client.base).scheme == "https"
