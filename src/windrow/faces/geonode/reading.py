"""Reading bodies: JSON, or a form's fields."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request

from windrow.errors import BadInput
from windrow.faces.geonode.errors import BadSyntax, UnknownMediaType


async def read_body(request: Request) -> Any:
    """The body that came with a request. Raises `BadSyntax`, `UnknownMediaType`."""
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return await _read_form(request)
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnknownMediaType(f'Unsupported media type "{media_type}" in request.')
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadSyntax(f"JSON parse error - {error}") from error


def as_object(body: Any) -> Mapping[str, Any]:
    """The body, which must be an object. Raises `BadInput`."""
    if not isinstance(body, Mapping):
        raise BadInput.of("", f"Invalid data. Expected a dictionary, but got {type(body).__name__}.")
    return body


async def _read_form(request: Request) -> dict[str, Any]:
    form = await request.form()
    fields: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
    configuration = fields.get("harvester_type_specific_configuration")
    if configuration is not None:
        try:
            fields["harvester_type_specific_configuration"] = orjson.loads(configuration)
        except orjson.JSONDecodeError:
            raise BadInput.of("harvester_type_specific_configuration", "Value must be valid JSON.") from None
    return fields
