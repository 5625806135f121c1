"""Paths that Jaseci's API does not have, told as the rest of it tells what is refused."""

from fastapi import APIRouter, Request, Response

from windrow.faces.jaseci.errors import refuse_path

router = APIRouter(include_in_schema=False)

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@router.api_route("/js/{path:path}", methods=METHODS)
@router.api_route("/js_public/{path:path}", methods=METHODS)
@router.api_route("/js_admin/{path:path}", methods=METHODS)
async def refuse(_request: Request) -> Response:
    """Whatever no other route took; whoever asks, as the original looks at paths before it looks at people."""
    return refuse_path()
