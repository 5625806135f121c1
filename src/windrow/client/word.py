"""What every word of the client has: the connection."""

from windrow.client.connection import Connection


class Word:
    """One word of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
