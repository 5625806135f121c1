"""Fixtures for tests that need a remote of their own."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.remotes.certificates import Certificate, make_certificate
from tests.remotes.server import Remote


@pytest.fixture
def remote() -> Iterator[Remote]:
    """A remote on a free port of 127.0.0.1."""
    with Remote() as running:
        yield running


@pytest.fixture
def other_remote() -> Iterator[Remote]:
    """A second one: another origin."""
    with Remote() as running:
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A self-signed certificate for `secure.test`, in a file to be trusted."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "secure.test")


@pytest.fixture
def secure_remote(certificate: Certificate) -> Iterator[Remote]:
    """A remote that speaks TLS as `secure.test`, on 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(certificate.cert_file), Path(certificate.key_file))
    with Remote(context) as running:
        yield running
