"""Query parameters that many routes share."""

from typing import Annotated

from fastapi import Path, Query

from windrow.model.paging import LARGEST_PAGE

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many items a page holds.")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next` of the page before; leave it out to start.")]

LARGEST_NUMBER = 2**53 - 1
Number = Annotated[int, Path(ge=0, le=LARGEST_NUMBER)]
