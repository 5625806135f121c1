"""Signing webhooks as Standard Webhooks asks for: https://www.standardwebhooks.com, version 1, symmetric."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from windrow.errors import BadInput
from windrow.model.notifications import SECRET_PREFIX

SECRET_BYTES = 32


def new_signing_secret(chance: bytes) -> str:
    """A secret as receivers enter it, made of `SECRET_BYTES` random bytes."""
    return SECRET_PREFIX + base64.b64encode(chance).decode()


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers that a receiver verifies. `timestamp` is in seconds since 1970, of this attempt.

    Raises `BadInput` for a secret that is none.
    """
    signed = b".".join([message_id.encode(), str(timestamp).encode(), body])
    mac = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput.of("signing_secret", f"must be {SECRET_PREFIX} and base64") from error
