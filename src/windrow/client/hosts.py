"""Remote hosts, by the client; for admins."""

from collections.abc import Sequence
from urllib.parse import quote

from windrow.client.word import Word
from windrow.wire import hosts
from windrow.wire.schedules import Window
from windrow.wire.shapes import ListOf


class Hosts(Word):
    """Remote hosts. A host is named with a port or without; what is said of a name holds for all its ports."""

    def list(self) -> Sequence[hosts.Host]:
        """How the remote hosts have behaved lately, and when they may be asked."""
        return self._connection.get(ListOf[hosts.Host], "/hosts").items

    def set_hours(self, host: str, *, windows: Sequence[Window] = (), blackouts: Sequence[Window] = ()) -> hosts.Host:
        """Says when a host may be asked, in place of what was said before."""
        hours = hosts.HostHours(windows=windows, blackouts=blackouts)
        return self._connection.send(hosts.Host, "PUT", f"/hosts/{quote(host)}/hours", hours)

    def remove_hours(self, host: str) -> None:
        """Has a host be asked at any hour again."""
        self._connection.call("DELETE", f"/hosts/{quote(host)}/hours")
