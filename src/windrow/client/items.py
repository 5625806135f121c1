"""Items by the client: files that tasks work with."""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from windrow.client.word import Word
from windrow.wire import items


class Items(Word):
    """Files that tasks work with: notebooks, pipelines, report definitions."""

    def list(self, *, type: items.ItemTypeName | None = None) -> Iterator[items.Item]:  # noqa: A002 - the API's word
        """What was uploaded, newest first."""
        return self._connection.walk(items.Item, "/items", type=type)

    def in_folders(self, *, type: items.ItemTypeName | None = None) -> Iterator[items.Item]:  # noqa: A002 - as above
        """Files of the server's folders that everybody's tasks may use."""
        return self._connection.walk(items.Item, "/items-in-folders", type=type)

    def add(
        self,
        name: str,
        content: bytes | BinaryIO,
        *,
        title: str = "",
        type: items.ItemTypeName | None = None,  # noqa: A002 - as above
    ) -> items.Item:
        """Uploads a file; the end of its name tells what it is, unless that is said."""
        query = {"name": name, "title": title or None, "type": type}
        return self._connection.send_file(items.Item, "POST", "/items", content, **query)

    def get(self, item_id: str) -> items.Item:
        """One item."""
        return self._connection.get(items.Item, f"/items/{item_id}")

    def read(self, item_id: str) -> Iterator[bytes]:
        """An item's content, piece by piece."""
        return self._connection.stream(f"/items/{item_id}/content")

    def rename(self, item_id: str, title: str) -> items.Item:
        """Gives it another title."""
        return self._connection.send(items.Item, "PATCH", f"/items/{item_id}", items.ItemChange(title=title))

    def replace(self, item_id: str, content: bytes | BinaryIO, *, seen: datetime | None = None) -> items.Item:
        """Gives it another content; with `seen` (its `changed_at`) only if nobody else did since."""
        return self._connection.send_file(items.Item, "PUT", f"/items/{item_id}/content", content, seen=seen)

    def delete(self, item_id: str) -> None:
        """Deletes it."""
        self._connection.call("DELETE", f"/items/{item_id}")
