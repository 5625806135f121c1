"""Keys: the digest by which a part's key, any small JSON object, is found again."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson


def digest_key(key: Mapping[str, Any]) -> bytes:
    """16 bytes of BLAKE2b over the key's canonical JSON: equal keys have equal digests, whatever their order."""
    return hashlib.blake2b(orjson.dumps(key, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
