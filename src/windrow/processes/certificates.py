"""Certificates: what HTTPS is spoken with: the one that the settings name, or one of our own making."""

import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import structlog
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from windrow.errors import BadInput
from windrow.settings import Settings

log = structlog.get_logger()

LASTING = timedelta(days=397)
"""As long as browsers let a certificate last."""

RENEWED_BEFORE = timedelta(days=30)
LOOK_AGAIN = timedelta(hours=12)

ALL = ("0.0.0.0", "::")  # noqa: S104 - what listening on all is called


@dataclass(frozen=True, slots=True)
class Pair:
    """Files in PEM: a certificate, and its private key."""

    certificate: Path
    key: Path


def speaks_https(settings: Settings) -> bool:
    """Whether the API answers by HTTPS."""
    return settings.tls or settings.tls_certificate is not None


def pair_of(settings: Settings) -> Pair | None:
    """What HTTPS is spoken with; None where it is not spoken. One of our own is made, or made anew, when it must be.

    Raises `BadInput` for files that cannot be used.
    """
    if not speaks_https(settings):
        return None
    if settings.tls_certificate is not None and settings.tls_key is not None:
        pair = Pair(settings.tls_certificate, settings.tls_key)
        _check(pair)
        return pair
    folder = settings.data.absolute() / "tls"
    pair = Pair(folder / "certificate.pem", folder / "key.pem")
    names = names_of(settings)
    if not is_good(pair, names, now=datetime.now(UTC)):
        make(pair, names, now=datetime.now(UTC))
    return pair


def names_of(settings: Settings) -> tuple[str, ...]:
    """Host names and addresses that clients may call us by."""
    names = ["localhost", "127.0.0.1", "::1"]
    if settings.host not in ALL:
        names.append(settings.host)
    if settings.base_url is not None and (host := urlsplit(settings.base_url).hostname):
        names.append(host)
    return tuple(dict.fromkeys(names))


def is_good(pair: Pair, names: tuple[str, ...], *, now: datetime) -> bool:
    """Whether a pair of our own is there, whole, for these names, and does not end soon."""
    try:
        found = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    fits = found.public_key() == key.public_key() and set(held) == set(_alternatives(names))
    return fits and found.not_valid_before_utc <= now < found.not_valid_after_utc - RENEWED_BEFORE


def make(pair: Pair, names: tuple[str, ...], *, now: datetime) -> None:
    """Makes a self-signed certificate; its key can be read by us alone. A process that reads meanwhile reads either."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Windrow")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LASTING)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    pair.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(pair.key, secret)
    _write(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM))
    log.info("certificate made", file=str(pair.certificate), names=list(names))


@contextmanager
def renewing(settings: Settings, config: uvicorn.Config) -> Iterator[None]:
    """Meanwhile looks now and then whether our own certificate ends soon, or yours was replaced by a newer one.

    Connections that begin after that have the new one.
    """
    if not speaks_https(settings):
        yield
        return
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_AGAIN.total_seconds()):
            reload(settings, config.ssl)

    thread = threading.Thread(target=look, name="certificates", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def reload(settings: Settings, context: ssl.SSLContext | None) -> None:
    """Has new connections begin with what is good now; what cannot be used leaves the old one in place."""
    try:
        pair = pair_of(settings)
        if pair is not None and context is not None:
            context.load_cert_chain(pair.certificate, pair.key)
    except (BadInput, OSError) as error:
        log.warning("certificate could not be renewed", reason=str(error))


def _alternatives(names: tuple[str, ...]) -> list[x509.GeneralName]:
    return [_alternative(name) for name in names]


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _check(pair: Pair) -> None:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(pair.certificate, pair.key, password=_none)
    except OSError as error:
        told = (
            f"cannot be used with {pair.key}: {error.strerror or error}; both must be PEM, the key without a password"
        )
        raise BadInput.of("tls_certificate", told) from error


def _none() -> str:
    # Without this a key that has a password would ask for it at the terminal.
    return ""


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
