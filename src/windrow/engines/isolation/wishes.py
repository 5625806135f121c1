"""What a child may ask of its worker: each wish is checked, and granted by the same `Work` that others are handed."""

import base64
import binascii
import itertools
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from windrow.engines.isolation.frames import BadMessage
from windrow.engines.isolation.words import counts, mapping, moment, real, several, text, whole
from windrow.model.items import Item
from windrow.model.runs import Level, Part, PartState, Progress
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.fetching import Answer, Fetcher, Manners, Validators
from windrow.ports.work import Work

PIECE = 1 << 20
PARTS_AT_ONCE = 500
MOST_OPEN = 100
"""Fetchers, and walks over parts, that a child may have at once."""

LONGEST_URL = 100_000
LONGEST_WAIT = 3600.0

_OUTPUT = re.compile(r"output-\d{1,9}")
_ITEM = re.compile(r"item-\d{1,9}")


class Wishes:
    """Grants them. `check` raises when nobody needs the answer any more."""

    def __init__(self, work: Work, folder: Path, check: Callable[[], None]) -> None:
        self._work = work
        self._folder = folder
        self._check = check
        self._walks: dict[int, Iterator[Part]] = {}
        self._fetchers: dict[int, Fetcher] = {}
        self._numbers = itertools.count(1)
        self._granted: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "log": self._log,
            "report": self._report,
            "fan_out": self._fan_out,
            "parts": self._parts,
            "more_parts": self._more_parts,
            "no_more_parts": self._no_more_parts,
            "part_states": lambda _: dict(self._work.part_states()),
            "part_counts": lambda _: dict(self._work.part_counts()),
            "output": self._output,
            "read_note": lambda _: dict(self._work.read_note()),
            "keep_note": lambda said: self._work.keep_note(mapping(said.get("note"))),
            "open_item": self._open_item,
            "keep_item": self._keep_item,
            "fetcher": self._fetcher,
            "get": self._get,
            "post": self._post,
        }

    def grant(self, said: Mapping[str, Any]) -> Any:
        """The answer to a wish, None where there is none. Raises `BadMessage` for what no child of ours says."""
        word = text(said.get("word"))
        if word not in self._granted:
            raise BadMessage(f"There is no wish {word!r:.100}.")
        return self._granted[word](said)

    # Telling.

    def _log(self, said: Mapping[str, Any]) -> None:
        level = _one_of(Level, said.get("level"))
        # As one value: names from outside must not be taken for arguments.
        data = mapping(said.get("data"))
        reserved = {"level", "message", "part"}
        self._work.log(
            level,
            text(said.get("message")),
            part=text(said.get("part")),
            **{name: value for name, value in data.items() if name not in reserved},
        )

    def _report(self, said: Mapping[str, Any]) -> None:
        total = said.get("total")
        self._work.report(
            Progress(
                whole(said.get("done")),
                None if total is None else whole(total),
                counts(said.get("counts")),
                text(said.get("message")),
            )
        )

    # Parts.

    def _fan_out(self, said: Mapping[str, Any]) -> int:
        return self._work.fan_out([mapping(each) for each in several(said.get("keys"))])

    def _parts(self, said: Mapping[str, Any]) -> int:
        wanted = said.get("states")
        states = None if wanted is None else frozenset(_one_of(PartState, each) for each in several(wanted))
        return self._keep(self._walks, iter(self._work.parts(states)))

    def _more_parts(self, said: Mapping[str, Any]) -> list[Part]:
        return list(itertools.islice(_kept(self._walks, said.get("number")), PARTS_AT_ONCE))

    def _no_more_parts(self, said: Mapping[str, Any]) -> None:
        self._walks.pop(whole(said.get("number")), None)

    def _keep(self, kept: dict[int, Any], one: object) -> int:
        if len(kept) >= MOST_OPEN:
            raise BadMessage(f"Only {MOST_OPEN} of these can be kept at once.")
        number = next(self._numbers)
        kept[number] = one
        return number

    # Outputs.

    def _output(self, said: Mapping[str, Any]) -> None:
        file_name = _file_name(_OUTPUT, said)
        name, media_type = text(said.get("name")), text(said.get("media_type"))
        with _open_regular(self._folder / file_name) as file, self._work.output(name, media_type) as kept:
            left = os.fstat(file.fileno()).st_size
            while left > 0 and (piece := file.read(min(PIECE, left))):
                self._check()
                left -= kept.write(piece)

    # Items.

    def _open_item(self, said: Mapping[str, Any]) -> Item:
        path = self._folder / _file_name(_ITEM, said)
        with self._work.open_item(text(said.get("item"))) as (item, content), _create(path) as file:
            while piece := content.read(PIECE):
                self._check()
                file.write(piece)
        return item

    def _keep_item(self, said: Mapping[str, Any]) -> Item:
        path = self._folder / _file_name(_ITEM, said)
        with self._work.open_item(text(said.get("item"))) as (item, _):
            seen = replace(item, changed_at=moment(said.get("seen")))
        with _open_regular(path) as file:
            return self._work.keep_item(seen, file)

    # Requests.

    def _fetcher(self, said: Mapping[str, Any]) -> int:
        fetcher = self._work.fetcher_maker(
            _manners(mapping(said.get("manners"))),
            origin=text(said.get("origin"), longest=LONGEST_URL),
            credential=_credential(said.get("credential")),
            check=self._check,
        )
        return self._keep(self._fetchers, fetcher)

    def _get(self, said: Mapping[str, Any]) -> Answer:
        fetcher: Fetcher = _kept(self._fetchers, said.get("fetcher"))
        return fetcher.get(
            text(said.get("url"), longest=LONGEST_URL),
            parameters=_parameters(said.get("parameters")),
            headers=_headers(said.get("headers")),
            validators=_validators(said.get("validators")),
        )

    def _post(self, said: Mapping[str, Any]) -> Answer:
        fetcher: Fetcher = _kept(self._fetchers, said.get("fetcher"))
        try:
            body = base64.b64decode(text(said.get("body"), longest=1 << 30), validate=True)
        except binascii.Error as error:
            raise BadMessage("A body that is not Base64.") from error
        return fetcher.post(
            text(said.get("url"), longest=LONGEST_URL),
            body,
            media_type=text(said.get("media_type")),
            headers=_headers(said.get("headers")),
        )


def _kept(kept: Mapping[int, Any], number: object) -> Any:
    found = kept.get(whole(number))
    if found is None:
        raise BadMessage(f"There is no number {number!r:.100} here.")
    return found


def _one_of(words: Any, value: object) -> Any:
    try:
        return words(value)
    except ValueError as error:
        raise BadMessage(str(error)[:200]) from error


def _file_name(pattern: re.Pattern[str], said: Mapping[str, Any]) -> str:
    name = text(said.get("file"))
    if not pattern.fullmatch(name):
        raise BadMessage(f"No name of a file to hand over: {name!r:.100}")
    return name


def _create(path: Path) -> BinaryIO:
    """A new file in the folder of a child, which may have put there what leads elsewhere."""
    try:
        return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb")
    except OSError as error:
        raise BadMessage(f"{path.name} cannot be made.") from error


def _open_regular(path: Path) -> BinaryIO:
    """The file of a child, which may have put there what leads elsewhere, or never answers."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise BadMessage(f"There is no file {path.name}.") from error
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise BadMessage(f"{path.name} is no plain file.")
    return open(number, "rb")


def _manners(said: Mapping[str, Any]) -> Manners:
    """As they were asked for; but the answer has to pass through the worker, whose memory is everybody's."""
    usual = Manners()
    return Manners(
        requests_per_second=real(said.get("requests_per_second")),
        concurrency=whole(said.get("concurrency"), least=1),
        connect_timeout=real(said.get("connect_timeout"), most=LONGEST_WAIT),
        read_timeout=real(said.get("read_timeout"), most=LONGEST_WAIT),
        whole_timeout=real(said.get("whole_timeout"), most=LONGEST_WAIT),
        size_limit=min(whole(said.get("size_limit")), usual.size_limit),
        attempts=whole(said.get("attempts"), least=1),
    )


def _credential(said: object) -> Credential | None:
    if said is None:
        return None
    given = mapping(said)
    return Credential(_one_of(CredentialKind, given.get("kind")), text(given.get("secret")), text(given.get("name")))


def _validators(said: object) -> Validators | None:
    if said is None:
        return None
    given = mapping(said)
    return Validators(text(given.get("etag")), text(given.get("last_modified")))


def _headers(said: object) -> dict[str, str] | None:
    return None if said is None else {text(name): text(value) for name, value in mapping(said).items()}


def _parameters(said: object) -> dict[str, str | int] | None:
    if said is None:
        return None
    given = mapping(said).items()
    return {name: value if isinstance(value, int) else text(value, longest=LONGEST_URL) for name, value in given}
