"""The query parameters of a search, as the OpenAPI document tells them."""

from typing import Annotated, TypeAlias

from fastapi import Depends, Query, Request

Text: TypeAlias = str | None


def read_query(
    request: Request,
    *,
    _bbox: Annotated[Text, Query(alias="bbox", description="west,south,east,north in degrees.")] = None,
    _datetime: Annotated[Text, Query(alias="datetime", description="A moment, a day or an interval start/end.")] = None,
    _q: Annotated[Text, Query(alias="q", description="Words side by side; one of several between commas.")] = None,
    _type: Annotated[Text, Query(alias="type", description="One of these types, between commas.")] = None,
    _ids: Annotated[Text, Query(alias="ids", description="One of these records, between commas.")] = None,
    _external_ids: Annotated[Text, Query(alias="externalIds", description="One of these identifiers.")] = None,
    _keywords: Annotated[Text, Query(alias="keywords", description="All of these keywords, between commas.")] = None,
    _standard: Annotated[Text, Query(alias="standard", description="Read from one of these standards.")] = None,
    _sortby: Annotated[Text, Query(alias="sortby", description="id, title or updated; - before it: downwards.")] = None,
    _limit: Annotated[Text, Query(alias="limit", description="How many at most: 1 to 1000, 10 unless told.")] = None,
    _cursor: Annotated[Text, Query(alias="cursor", description="As it stands in the link to the next page.")] = None,
) -> dict[str, str]:
    """The parameters as they were sent, also those that there are not: they are refused by name."""
    return dict(request.query_params)


Asked = Annotated[dict[str, str], Depends(read_query)]
