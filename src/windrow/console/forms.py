"""Posted forms: read with a bound, and asked for by field."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from windrow.errors import BadInput

LARGEST = 1 << 20
MOST_FIELDS = 5000


class Form:
    """What was posted: each field may occur several times, or not at all."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            self._values[name].append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def raw(self, name: str, otherwise: str = "") -> str:
        """A field exactly as it was typed, as passwords must be."""
        return self._values[name][-1] if name in self._values else otherwise

    def text(self, name: str, otherwise: str = "") -> str:
        """A field without the spaces around it."""
        return self.raw(name, otherwise).strip()

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return list(self._values[name]) if name in self._values else []

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked: browsers leave out the others."""
        return name in self._values

    def number(self, name: str, otherwise: float) -> float:
        """A number; what is empty counts as left out. Raises `BadInput`."""
        return number_in(self.text(name), name, otherwise)

    def integer(self, name: str, otherwise: int) -> int:
        """A whole number; what is empty counts as left out. Raises `BadInput`."""
        value = self.number(name, otherwise)
        if value != int(value):
            raise BadInput.of(name, "must be a whole number")
        return int(value)

    def integers(self, name: str) -> list[int]:
        """Every value of a field that holds whole numbers. Raises `BadInput`."""
        return [int(number_in(value, name, 0)) for value in self.all(name)]


def number_in(text: str, name: str, otherwise: float) -> float:
    """The number that a text holds, or `otherwise` where it is empty. Raises `BadInput`."""
    if not text.strip():
        return otherwise
    try:
        value = float(text.replace(",", "."))
    except ValueError as error:
        raise BadInput.of(name, "must be a number") from error
    if not -9e15 < value < 9e15:
        raise BadInput.of(name, "must be a number of sensible size")
    return value


async def read_form(request: Request) -> Form:
    """The body of a posted form. Raises `BadInput` for what is too large or no form."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise BadInput.of("form", f"must not be larger than {LARGEST} bytes")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise BadInput.of("form", "cannot be read; send it from the page that shows it") from error
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise BadInput.of("form", "must not contain zero characters")
    return Form(pairs)


Posted = Annotated[Form, Depends(read_form)]
