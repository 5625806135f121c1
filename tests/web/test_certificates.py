"""Certificates: one of our own for every name that clients call us by, its key for us alone, renewed before its end."""

import ssl
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from pydantic import ValidationError

from tests.remotes.certificates import make_certificate
from windrow.errors import BadInput
from windrow.processes.certificates import LASTING, Pair, is_good, make, names_of, pair_of, reload
from windrow.settings import Settings

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NAMES = ("localhost", "127.0.0.1", "::1")


def settings(data: Path, **more: Any) -> Settings:
    return Settings(data=data, **more)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path / "tls" / "certificate.pem", tmp_path / "tls" / "key.pem")


def test_https_is_not_spoken_unless_asked_for(tmp_path: Path) -> None:
    assert pair_of(settings(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_once_and_its_key_is_for_us_alone(tmp_path: Path) -> None:
    made = pair_of(settings(tmp_path, tls=True))
    assert made is not None
    content = made.certificate.read_bytes()

    again = pair_of(settings(tmp_path, tls=True))

    assert (again, made.certificate.read_bytes()) == (made, content)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert sorted(path.name for path in made.key.parent.iterdir()) == ["certificate.pem", "key.pem", "lock"]


def test_it_is_for_every_name_that_we_are_called_by(tmp_path: Path) -> None:
    chosen = settings(tmp_path, tls=True, host="192.0.2.7", base_url="https://data.example.org/windrow")

    made = pair_of(chosen)

    assert made is not None
    found = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(each.value) for each in held] == ["localhost", "127.0.0.1", "::1", "192.0.2.7", "data.example.org"]
    assert names_of(settings(tmp_path, host="0.0.0.0")) == NAMES


def test_it_is_renewed_before_its_end_and_for_other_names(pair: Pair) -> None:
    assert not is_good(pair, NAMES, now=NOW)

    make(pair, NAMES, now=NOW)

    assert is_good(pair, NAMES, now=NOW)
    assert is_good(pair, NAMES, now=NOW + LASTING - timedelta(days=31))
    assert not is_good(pair, NAMES, now=NOW + LASTING - timedelta(days=29))
    assert not is_good(pair, (*NAMES, "data.example.org"), now=NOW)


def test_a_torn_pair_is_made_anew(pair: Pair, tmp_path: Path) -> None:
    make(pair, NAMES, now=NOW)
    other = replace(pair, key=tmp_path / "other.pem")
    make(Pair(tmp_path / "another.pem", other.key), NAMES, now=NOW)

    assert not is_good(other, NAMES, now=NOW)
    pair.certificate.write_text("nothing of the kind")
    assert not is_good(pair, NAMES, now=NOW)


def test_a_certificate_of_yours_is_used_as_it_is(tmp_path: Path) -> None:
    yours = make_certificate(tmp_path, "data.example.org")

    found = pair_of(settings(tmp_path, tls_certificate=yours.cert_file, tls_key=yours.key_file))

    assert found == Pair(Path(yours.cert_file), Path(yours.key_file))


def test_what_cannot_be_used_is_told_by_its_setting(tmp_path: Path) -> None:
    yours = make_certificate(tmp_path, "data.example.org")
    missing = settings(tmp_path, tls_certificate=yours.cert_file, tls_key=tmp_path / "none.pem")
    swapped = settings(tmp_path, tls_certificate=yours.key_file, tls_key=yours.cert_file)

    for chosen in (missing, swapped):
        with pytest.raises(BadInput, match="tls_certificate: cannot be used"):
            pair_of(chosen)
    with pytest.raises(ValidationError, match="WINDROW_TLS_CERTIFICATE and WINDROW_TLS_KEY must be set both"):
        settings(tmp_path, tls_certificate=yours.cert_file)


def test_new_connections_have_the_new_one(tmp_path: Path) -> None:
    chosen = settings(tmp_path, tls=True)
    first = pair_of(chosen)
    assert first is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(first.certificate, first.key)
    before = first.certificate.read_bytes()
    make(first, NAMES, now=datetime.now(UTC) - LASTING + timedelta(days=3))  # it ends in three days

    reload(chosen, context)

    now = first.certificate.read_bytes()
    assert now != before
    assert shown_by(context) == x509.load_pem_x509_certificate(now)


def test_what_cannot_be_renewed_leaves_the_old_one(tmp_path: Path) -> None:
    yours = make_certificate(tmp_path, "data.example.org")
    chosen = settings(tmp_path, tls_certificate=yours.cert_file, tls_key=yours.key_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(yours.cert_file, yours.key_file)
    before = shown_by(context)
    Path(yours.cert_file).unlink()

    reload(chosen, context)

    assert shown_by(context) == before


def shown_by(context: ssl.SSLContext) -> x509.Certificate:
    """What a client is shown, without a network between."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(to_server, to_client, server_side=True)
    client = trusting.wrap_bio(to_client, to_server)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    shown = client.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown)
