"""Where the documents of our own API are."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the documents of our API are; `root` is the landing page."""

    root: str

    @property
    def collections(self) -> str:
        """The list of collections."""
        return f"{self.root}/collections"

    @property
    def search(self) -> str:
        """The search."""
        return f"{self.root}/search"

    def collection(self, name: str) -> str:
        """A collection."""
        return f"{self.collections}/{quote(name, safe='')}"

    def items(self, collection: str) -> str:
        """The list of a collection's items."""
        return f"{self.collection(collection)}/items"

    def item(self, collection: str, name: str) -> str:
        """An item."""
        return f"{self.items(collection)}/{quote(name, safe='')}"
