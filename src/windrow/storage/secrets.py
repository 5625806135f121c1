"""Secrets: credentials encrypted at rest, and the keys that do it."""

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import orjson

from windrow.errors import BadInput, Conflict
from windrow.model.sources import Credential, CredentialKind

KEY_FILE = "secret.key"
KEY_BYTES = 32
_MARK_BYTES = 8
_NONCE_BYTES = 12
_VERSION = b"\x01"


class Vault:
    """Encrypts credentials with AES-256-GCM. The first key encrypts; all of them decrypt, so that keys can change.

    Sealed: a version byte, 8 bytes that tell which key it was, 12 random bytes, the ciphertext with its tag. It is
    bound to its `place`: copied into another row of the database it cannot be opened.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a vault needs keys of {KEY_BYTES} bytes")
        self._keys = {_mark(key): key for key in keys}
        self._current = _mark(keys[0])

    def __repr__(self) -> str:
        return f"Vault({len(self._keys)} keys)"

    def seal(self, credential: Credential, *, place: str) -> bytes:
        """The credential as it may be kept."""
        plain = orjson.dumps({"kind": credential.kind, "name": credential.name, "secret": credential.secret})
        return self._encrypt(plain, place)

    def seal_text(self, text: str, *, place: str) -> bytes:
        """A secret of any other sort as it may be kept."""
        return self._encrypt(text.encode(), place)

    def open(self, sealed: bytes, *, place: str) -> Credential:
        """The credential that was sealed. Raises `Conflict` when no key at hand fits."""
        kept = orjson.loads(self._decrypt(sealed, place))
        return Credential(CredentialKind(kept["kind"]), kept["secret"], kept["name"])

    def open_text(self, sealed: bytes, *, place: str) -> str:
        """The text that was sealed. Raises `Conflict` when no key at hand fits."""
        return self._decrypt(sealed, place).decode()

    def reseal(self, sealed: bytes, *, place: str) -> bytes:
        """The same under the first key. Raises `Conflict` when no key at hand fits."""
        return self._encrypt(self._decrypt(sealed, place), place)

    @property
    def current_mark(self) -> bytes:
        """What all begins with that the first key sealed; the rest is to be sealed again before an older key may go."""
        return _VERSION + self._current

    def _encrypt(self, plain: bytes, place: str) -> bytes:
        from windrow.storage.ciphers import encrypt

        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + self._current + nonce + encrypt(self._keys[self._current], nonce, plain, place.encode())

    def _decrypt(self, sealed: bytes, place: str) -> bytes:
        from windrow.storage.ciphers import decrypt

        start = len(_VERSION) + _MARK_BYTES
        key = self._keys.get(sealed[len(_VERSION) : start])
        if key is None or sealed[: len(_VERSION)] != _VERSION:
            raise Conflict(
                "A stored credential was encrypted with another key: add that key to WINDROW_SECRET_KEY (behind a "
                f"comma) or {KEY_FILE} (on a line of its own), or enter the credential again."
            )
        nonce, ciphertext = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
        plain = decrypt(key, nonce, ciphertext, place.encode())
        if plain is None:
            raise Conflict("A stored credential was damaged or moved: enter it again.")
        return plain


def open_vault(folder: Path, secret_key: str | None = None, *, make: bool = True) -> Vault:
    """The vault of an installation: with the keys of the setting, or those of `secret.key` in its data folder.

    The file is made when it is missing, readable by its owner only, unless `make` says otherwise. Processes on other
    machines need the same keys. Raises `BadInput` when a key is none, or when there is none.
    """
    if secret_key is not None:
        return Vault(_read_keys(secret_key.replace(",", "\n"), "WINDROW_SECRET_KEY"))
    path = folder / KEY_FILE
    if not path.exists():
        if not make:
            raise BadInput.of(str(path), "is missing: put it back, or name the keys by WINDROW_SECRET_KEY")
        _make_key_file(path)
    return Vault(_read_keys(path.read_text(encoding="ascii", errors="replace"), str(path)))


def _make_key_file(path: Path) -> None:
    # Linked into place, so that of several processes one wins and nobody reads half a file.
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _read_keys(text: str, place: str) -> list[bytes]:
    keys = [_read_key(line.strip(), place) for line in text.splitlines() if line.strip()]
    if not keys:
        raise _no_key(place)
    return keys


def _read_key(text: str, place: str) -> bytes:
    try:
        if len(text) == 2 * KEY_BYTES:
            return bytes.fromhex(text)
        key = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise _no_key(place) from error
    if len(key) != KEY_BYTES:
        raise _no_key(place)
    return key


def _no_key(place: str) -> BadInput:
    return BadInput.of(
        place, f"must hold keys of {KEY_BYTES} random bytes in base64 or hex; `openssl rand -base64 32` makes one"
    )


def _mark(key: bytes) -> bytes:
    return hashlib.sha256(b"windrow key " + key).digest()[:_MARK_BYTES]
