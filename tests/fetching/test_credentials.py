"""A source's secret goes to its own origin only, and never into words that people read."""

import base64
import logging
import traceback

import pytest

from tests.fetching.conftest import QUICK, Kit
from tests.remotes.scripts import garble, hang_up, html_page, redirect, reply, reset, status, truncate
from tests.remotes.server import Remote
from windrow.errors import BadInput, RemoteError, RemoteForbidden, RemoteStatus
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.fetching import Manners

SECRET = "s3cr3t/word+1"
ONCE = Manners(requests_per_second=0, attempts=1)


@pytest.mark.parametrize(
    ("credential", "name", "value"),
    [
        (
            Credential(CredentialKind.BASIC, "pä:ss", "ann"),
            "authorization",
            "Basic " + base64.b64encode("ann:pä:ss".encode()).decode(),
        ),
        (Credential(CredentialKind.BEARER, "abc"), "authorization", "Bearer abc"),
        (Credential(CredentialKind.HEADER, "abc", "X-Api-Key"), "x-api-key", "abc"),
    ],
)
def test_each_kind_is_sent_as_it_should_be(
    kit: Kit, remote: Remote, credential: Credential, name: str, value: str
) -> None:
    url = remote.on("/a")

    kit.fetcher(remote, credential=credential).get(url)

    assert remote.seen[0].headers[name] == value


def test_a_request_to_another_origin_goes_without(kit: Kit, remote: Remote, other_remote: Remote) -> None:
    fetcher = kit.fetcher(remote, credential=Credential(CredentialKind.BEARER, SECRET))

    fetcher.get(other_remote.on("/a"))

    assert "authorization" not in other_remote.seen[0].headers


@pytest.mark.parametrize(
    "credential",
    [
        Credential(CredentialKind.BEARER, f"{SECRET}\r\nX-Evil: 1"),
        Credential(CredentialKind.HEADER, f"{SECRET}ü", "X-Api-Key"),
        Credential(CredentialKind.HEADER, SECRET, "Host"),
        Credential(CredentialKind.HEADER, SECRET, "X Y"),
    ],
)
def test_a_credential_that_no_header_can_carry_is_refused_without_telling_it(
    kit: Kit, remote: Remote, credential: Credential
) -> None:
    with pytest.raises(BadInput, match=r"credential\.") as caught:
        kit.fetcher(remote, credential=credential)

    assert SECRET not in "".join(traceback.format_exception(caught.value))


ECHO = reply(f"Bad token {SECRET}, or {SECRET.replace('/', '%2F').replace('+', '%2B')}".encode(), status=400)


@pytest.mark.parametrize(
    "script",
    [ECHO, status(403), status(500), reset(), hang_up(), garble(), truncate(b"abc", 1), redirect("/a?token=" + SECRET)],
)
@pytest.mark.parametrize(
    "credential",
    [
        Credential(CredentialKind.BASIC, SECRET, "ann"),
        Credential(CredentialKind.BEARER, SECRET),
        Credential(CredentialKind.HEADER, SECRET, "X-Api-Key"),
    ],
)
def test_no_error_no_cause_and_no_log_tells_a_secret(
    kit: Kit, remote: Remote, script: object, credential: Credential, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = remote.on("/a", script)  # type: ignore[arg-type]  # parametrize hands on objects
    fetcher = kit.fetcher(remote, ONCE, credential=credential)

    with pytest.raises(RemoteError) as caught:
        fetcher.get(url, parameters={"api_key": SECRET, "customer_token": SECRET}, headers={"X-Session-Token": SECRET})

    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    told += repr(getattr(caught.value, "body", b""))
    basic = base64.b64encode(f"ann:{SECRET}".encode()).decode()
    assert not [each for each in (SECRET, "s3cr3t%2Fword", basic, "s3cr3t") if each in told]


def test_a_url_with_a_password_is_refused_without_telling_it(kit: Kit, remote: Remote) -> None:
    fetcher = kit.fetcher(remote)

    for url in (f"http://ann:s3cr3t@{remote.host}/", "http://ann:s3cr3t/x@ho st/", "http://ann:s3cr3t@[bad/"):
        with pytest.raises(RemoteForbidden) as caught:
            fetcher.get(url)
        assert "s3cr3t" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("code", [401, 403])
def test_a_refusal_says_whether_the_credential_was_sent(
    kit: Kit, remote: Remote, other_remote: Remote, code: int
) -> None:
    url = remote.on("/a", status(code))
    elsewhere = other_remote.on("/a", status(code))
    bearer = Credential(CredentialKind.BEARER, SECRET)

    with pytest.raises(RemoteStatus, match="The source has no credential"):
        kit.fetcher(remote).get(url)
    with pytest.raises(RemoteStatus, match="credential was sent; is it right"):
        kit.fetcher(remote, credential=bearer).get(url)
    with pytest.raises(RemoteStatus, match="was not sent, because"):
        kit.fetcher(remote, credential=bearer).get(elsewhere)


def test_the_error_keeps_what_the_server_said(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a", reply(b"<oai><error code='noRecordsMatch'/></oai>", status=422))

    with pytest.raises(RemoteStatus) as caught:
        kit.fetcher(remote).get(url)

    assert caught.value.body == b"<oai><error code='noRecordsMatch'/></oai>"


def test_a_page_of_html_with_200_is_handed_on_as_it_came(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a", html_page("Sign in"))

    answer = kit.fetcher(remote, QUICK).get(url)

    assert (answer.media_type, b"Sign in" in answer.body) == ("text/html", True)
