"""What a real client asked for, in its order, and what each answer must say: the exchanges of a whole session.

`exchanges.jsonl` has one exchange a line. In what is expected, `$text`, `$ms`, `$number`, `$id` and `$any` stand for
any value of that sort, `{name}` for a value that an earlier answer had, `…` at the end of a text and `...` at the end
of a list for whatever follows. An answer may say more than is expected, and never less.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from tests.faces.arcgis.conftest import Portal
from tests.faces.arcgis.portal_client import Task, Wire, info_of
from tests.web.serving import PASSWORD

EXCHANGES = Path(__file__).with_name("exchanges.jsonl")

SORTS: Mapping[str, Callable[[Any], bool]] = {
    "$any": lambda _: True,
    "$text": lambda value: isinstance(value, str),
    "$number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "$ms": lambda value: isinstance(value, int) and 1_000_000_000_000 < value < 4_000_000_000_000,
    "$id": lambda value: isinstance(value, str) and len(value) == 32 and int(value, 16) > 0,
}


class Replay:
    """Asks what the file says, and compares."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.client = portal.client("")
        start = 1_900_000_000_000
        self.kept: dict[str, Any] = {
            "REST": "/portal/sharing/rest",
            "base": portal.house.base,
            "item": portal.item,
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
        answer = self.client.send(method, self.portal.house.base + path, form, token=exchange.get("token", True))
        assert answer.status == exchange.get("status", 200), (exchange, answer.text)
        assert not {name.lower() for name in answer.headers} & {"www-authenticate", "set-cookie"}, exchange
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
            self.kept[name] = found

    def read(self, what: str, answer: Wire) -> None:
        if what == "page":
            self.kept["oauth_state"] = info_of(answer.text)["oauth_state"]
            return
        back, _, fragment = answer.headers["Location"].partition("#")
        told = dict(parse_qsl(fragment))
        assert (back, told["state"], told["username"], told["ssl"]) == (
            self.portal.house.base,
            "second",
            "alice",
            "true",
        )
        assert int(told["expires_in"]) == 7200
        self.client.token = self.kept["token"] = told["access_token"]

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


def test_a_whole_session_reads_what_it_needs(portal: Portal) -> None:
    replay = Replay(portal)

    for line in EXCHANGES.read_bytes().splitlines():
        replay.step(orjson.loads(line))

    assert urlsplit(replay.client.base).scheme == "https"
