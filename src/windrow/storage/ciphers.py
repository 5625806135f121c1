"""Ciphers: AES-256-GCM. Loaded with the first secret that is sealed or opened: many processes never meet one."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def encrypt(key: bytes, nonce: bytes, plain: bytes, place: bytes) -> bytes:
    """The ciphertext with its tag, bound to its place."""
    return AESGCM(key).encrypt(nonce, plain, place)


def decrypt(key: bytes, nonce: bytes, ciphertext: bytes, place: bytes) -> bytes | None:
    """What was encrypted; None where the ciphertext, or its place, is another."""
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, place)
    except InvalidTag:
        return None
