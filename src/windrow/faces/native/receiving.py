"""Files that come in as the body of a request, piece by piece, however large they may be."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, BinaryIO, cast

from fastapi import Request

IN_MEMORY = 1 << 20
"""Bytes that are kept in memory; larger files lie in a temporary one."""

FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[BinaryIO]:
    """The body as a file, at its beginning; gone when the block ends."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        async for piece in request.stream():
            file.write(piece)
        file.seek(0)
        yield cast(BinaryIO, file)
