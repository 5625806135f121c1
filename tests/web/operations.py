"""Every operation of the application, taken from its own OpenAPI: a new route is tested without anybody's doing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tests.web.serving import Answer, Caller, House
from windrow.storage.tables import metadata, tokens, users


@dataclass(frozen=True)
class Operation:
    """One method of one path, with a body that its description gives as an example."""

    id: str
    method: str
    path: str
    example: Any
    is_open: bool

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def changes(self) -> bool:
        """Whether it may change anything."""
        return self.method != "GET"

    def ask(self, caller: Caller, ids: Mapping[str, Any], content: Any = None) -> Answer:
        """Asks with these ids; without content, with the example."""
        path = self.path.format_map(ids)
        return caller(self.method, "/" + path, self.example if content is None else content)

    def __str__(self) -> str:
        return self.id


def all_operations(house: House) -> list[Operation]:
    """What the application says that it can do."""
    document = house.anybody()("GET", "/openapi.json").json
    return list(_operations(document))


def _operations(document: Any) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            yield Operation(
                operation["operationId"], method.upper(), path, body.get("example"), operation.get("security") == []
            )


def everything_kept(house: House) -> dict[str, list[Any]]:
    """All rows of all tables, but for when a token was last used."""
    with house.assembly.store._database.read() as connection:
        return {
            table.name: sorted(
                tuple(row)
                for row in connection.execute(
                    select(*(column for column in table.c if column is not tokens.c.last_used_at))
                ).all()
            )
            if table is not users
            else [tuple(row) for row in connection.execute(select(table).order_by(table.c.id))]
            for table in metadata.sorted_tables
        }
