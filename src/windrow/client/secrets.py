"""Named secrets by the client."""

from collections.abc import Iterator, Sequence

from windrow.client.word import Word
from windrow.wire import named_secrets


class Secrets(Word):
    """What sequences may send to the hosts that each secret is for. No way leads to their values."""

    def list(self) -> Iterator[named_secrets.Secret]:
        """By name."""
        return self._connection.walk(named_secrets.Secret, "/secrets")

    def get(self, name: str) -> named_secrets.Secret:
        """One."""
        return self._connection.get(named_secrets.Secret, f"/secrets/{name}")

    def set(self, name: str, value: str, *, hosts: Sequence[str]) -> named_secrets.Secret:
        """Sets one, or gives it another value and other hosts."""
        draft = named_secrets.SecretDraft(name=name, value=value, hosts=[*hosts])
        return self._connection.send(named_secrets.Secret, "POST", "/secrets", draft)

    def delete(self, name: str) -> None:
        """Deletes one; sequences that name it fail from then on."""
        self._connection.call("DELETE", f"/secrets/{name}")
