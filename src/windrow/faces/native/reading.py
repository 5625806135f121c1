"""Reading requests: what every route of the native API checks before its own work begins."""

import json
import math
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from windrow.errors import BadInput, FieldProblem

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

LONGEST_KEY = 100


class NativeRoute(APIRoute):
    """A path of the native API. Its JSON is read strictly: what two readers could understand differently is refused."""

    def get_route_handler(self) -> Handler:
        """The route's own handler, behind the checks."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            _refuse_nul(request)
            if self.body_field is None:
                return await handle(request)
            strict = _StrictRequest(request.scope, request.receive)
            await strict.read()
            return await handle(strict)

        return answer


class _StrictRequest(Request):
    """A request whose JSON is read once, strictly."""

    async def read(self) -> None:
        """Reads the body. Raises `BadInput`, and `HTTPException` 415 for what is not called JSON."""
        content = await self.body()
        if not content:
            return
        if not _is_json(self.headers.get("content-type", "")):
            raise HTTPException(415, "Send JSON, and the header Content-Type: application/json.")
        self._value = read_json(content)

    async def json(self) -> Any:
        """What was read."""
        return self._value


def read_json(content: bytes) -> Any:
    """A JSON text (RFC 8259) in UTF-8. Raises `BadInput` that tells where it is wrong."""
    try:
        return json.loads(
            content.decode(), object_pairs_hook=_to_object, parse_constant=_refuse_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise BadInput.of("body", f"must be UTF-8; the byte at position {error.start} is not") from error
    except json.JSONDecodeError as error:
        told = f"is no JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise BadInput.of("body", told) from error
    except RecursionError as error:
        raise BadInput.of("body", "is nested too deeply") from error
    except ValueError as error:
        raise BadInput.of("body", "holds a number with too many digits") from error


def _to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise BadInput([FieldProblem(name[:LONGEST_KEY], "stands there more than once") for name in twice])
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise BadInput.of("body", "holds a number that is too large")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise BadInput.of("body", f"is no JSON: {name} is not a number that JSON knows")


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _refuse_nul(request: Request) -> None:
    # No text that we keep holds it, and PostgreSQL fails when it is asked for one.
    problems = [
        FieldProblem(name.replace("\0", "")[:LONGEST_KEY], "must not contain the NUL character")
        for name, value in request.query_params.multi_items()
        if "\0" in value
    ]
    if problems:
        raise BadInput(problems)
