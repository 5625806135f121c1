"""Sequences: the secrets that they name, and the schema of their documents."""

from typing import Annotated, Any

from fastapi import Path, Response
from fastapi.responses import JSONResponse

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import Cursor, Limit, make_part
from windrow.model.accounts import Right
from windrow.ports.work import document_schema_of
from windrow.wire.named_secrets import Secret, SecretDraft
from windrow.wire.shapes import ListOf

router = make_part("sequences")

Name = Annotated[str, Path(description="Its name.", examples=["API_TOKEN"])]

CONTENT: dict[str, Any] = {"application/schema+json": {}}
SCHEMA: dict[int | str, dict[str, Any]] = {200: {"description": "A JSON Schema, 2020-12.", "content": CONTENT}}


@router.get("/secrets")
def list_secrets(ctx: Ctx, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Secret]:
    """The secrets of one's team that its sequences may send, by name and without their values."""
    page = ctx.windrow.named_secrets.page(ctx.principal, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_secret))


@router.get("/secrets/{secret_name}")
def read_secret(ctx: Ctx, secret_name: Name) -> Secret:
    """One secret without its value."""
    return translate.to_secret(ctx.windrow.named_secrets.get(ctx.principal, secret_name))


@router.post("/secrets")
def set_secret(ctx: Ctx, draft: SecretDraft) -> Secret:
    """Sets a secret, or gives the one of that name another value and other hosts. The value is never shown."""
    secret = ctx.windrow.named_secrets.put(ctx.principal, draft.name, draft.value, draft.hosts)
    return translate.to_secret(secret)


@router.delete("/secrets/{secret_name}", status_code=204)
def delete_secret(ctx: Ctx, secret_name: Name) -> Response:
    """Deletes a secret. Sequences that name it fail from then on, and say so."""
    ctx.windrow.named_secrets.delete(ctx.principal, secret_name)
    return Response(status_code=204)


@router.get("/sequence-schema", response_class=Response, responses=SCHEMA)
def read_sequence_schema(ctx: Ctx) -> Response:
    """The JSON Schema of sequences in the strict dialect, for editors and validators."""
    ctx.principal.need(Right.READ)
    schema = document_schema_of(ctx.windrow.kinds.work_kind("sequence"))
    return JSONResponse(schema, media_type="application/schema+json")
