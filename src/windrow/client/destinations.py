"""Destinations of reports, by the client."""

from collections.abc import Iterator

from windrow.client.word import Word
from windrow.wire import destinations


class Destinations(Word):
    """Where reports are sent."""

    def list(self) -> Iterator[destinations.Destination]:
        """The team's destinations."""
        return self._connection.walk(destinations.Destination, "/destinations")

    def create(self, name: str, address: str) -> destinations.MadeDestination:
        """Makes one: a webhook for a URL, otherwise an Apprise address. The answer holds a webhook's secret."""
        body = destinations.DestinationInput(name=name, address=address)
        return self._connection.send(destinations.MadeDestination, "POST", "/destinations", body)

    def get(self, destination_id: int) -> destinations.Destination:
        """One destination."""
        return self._connection.get(destinations.Destination, f"/destinations/{destination_id}")

    def change(
        self, destination_id: int, address: str | None = None, *, name: str | None = None
    ) -> destinations.Destination:
        """Gives one another address, or another name, which tasks that name it follow."""
        given = {key: each for key, each in (("address", address), ("name", name)) if each is not None}
        body = destinations.DestinationChange.model_validate(given)
        return self._connection.send(destinations.Destination, "PATCH", f"/destinations/{destination_id}", body)

    def delete(self, destination_id: int) -> None:
        """Deletes one."""
        self._connection.call("DELETE", f"/destinations/{destination_id}")

    def test(self, destination_id: int) -> destinations.Destination:
        """Sends a test message, once; `problem` of the answer says why it did not arrive."""
        return self._connection.send(destinations.Destination, "POST", f"/destinations/{destination_id}/test")

    def rotate(self, destination_id: int) -> destinations.MadeDestination:
        """Gives a webhook a new signing secret."""
        return self._connection.send(destinations.MadeDestination, "POST", f"/destinations/{destination_id}/rotate")
