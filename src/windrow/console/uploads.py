"""Files that are posted by a form: read with bounds, and by nobody but who may bring them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from windrow.errors import BadInput

MOST_FIELDS = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A file with its name, and the other fields of its form."""

    name: str
    content: BinaryIO
    fields: dict[str, str]


@asynccontextmanager
async def read_upload(request: Request) -> AsyncIterator[Upload]:
    """The field `file` of a posted form; large ones lie on the disk until the block ends. Raises `BadInput`."""
    try:
        form = await request.form(max_files=1, max_fields=MOST_FIELDS)
    except HTTPException as error:
        raise BadInput.of("file", f"cannot be taken: {error.detail}") from error
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise BadInput.of("file", "must be chosen")
        fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        yield Upload(file.filename, file.file, fields)
    finally:
        await form.close()
