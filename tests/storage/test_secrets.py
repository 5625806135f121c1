"""Credentials are unreadable without their key, keys can change, and nothing shows them."""

import base64
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import BadInput, Conflict
from windrow.model.sources import Credential, CredentialKind
from windrow.storage.secrets import KEY_BYTES, Vault, open_vault

OLD, NEW = b"o" * KEY_BYTES, b"n" * KEY_BYTES
CREDENTIAL = Credential(CredentialKind.BASIC, "correct horse", "ann")


def in_base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@given(
    st.builds(Credential, st.sampled_from(CredentialKind), st.text(), st.text()),
    st.text(),
    st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES),
)
def test_what_is_sealed_is_opened_again_and_not_to_be_seen(credential: Credential, place: str, key: bytes) -> None:
    vault = Vault([key])

    sealed = vault.seal(credential, place=place)

    assert vault.open(sealed, place=place) == credential
    assert len(credential.secret) < 4 or credential.secret.encode() not in sealed
    assert vault.seal(credential, place=place) != sealed


def test_it_cannot_be_opened_elsewhere_nor_when_damaged() -> None:
    vault = Vault([OLD])
    sealed = vault.seal(CREDENTIAL, place="one")

    for wrong, place in ((sealed, "two"), (sealed[:-1] + b"!", "one"), (sealed[:20], "one")):
        with pytest.raises(Conflict, match="enter it again"):
            vault.open(wrong, place=place)


def test_a_key_that_does_not_fit_is_told_with_what_to_do() -> None:
    sealed = Vault([OLD]).seal(CREDENTIAL, place="one")

    for vault, what in ((Vault([NEW]), sealed), (Vault([OLD]), b""), (Vault([OLD]), b"\x02" + sealed[1:])):
        with pytest.raises(Conflict, match="add that key to WINDROW_SECRET_KEY"):
            vault.open(what, place="one")


def test_keys_change_without_a_gap() -> None:
    sealed = Vault([OLD]).seal(CREDENTIAL, place="one")
    both = Vault([NEW, OLD])

    again = both.reseal(sealed, place="one")

    assert [each.startswith(both.current_mark) for each in (sealed, again)] == [False, True]
    assert Vault([NEW]).open(again, place="one") == CREDENTIAL


def test_a_vault_shows_neither_keys_nor_secrets() -> None:
    assert repr(Vault([OLD])) == "Vault(1 keys)"
    assert "horse" not in repr(CREDENTIAL)


def test_the_first_start_makes_a_key_file_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    sealed = open_vault(folder).seal(CREDENTIAL, place="one")

    assert open_vault(folder).open(sealed, place="one") == CREDENTIAL
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    vaults: list[Vault] = []
    threads = [threading.Thread(target=lambda: vaults.append(open_vault(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({vault._current for vault in vaults}) == 1
    assert len(vaults) == 8


@pytest.mark.parametrize("text", [f"{in_base64(NEW)},{in_base64(OLD)}", f" {NEW.hex()} ,\n{in_base64(OLD)}\n"])
def test_the_setting_names_several_keys_and_the_first_encrypts(tmp_path: Path, text: str) -> None:
    vault = open_vault(tmp_path, text)

    assert Vault([NEW]).open(vault.seal(CREDENTIAL, place="one"), place="one") == CREDENTIAL
    assert vault.open(Vault([OLD]).seal(CREDENTIAL, place="one"), place="one") == CREDENTIAL
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", ",", "too short", "é" * 44, base64.b64encode(b"x" * 31).decode(), "z" * 64])
def test_what_is_no_key_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret.key").write_text(text)

    with pytest.raises(BadInput, match="openssl rand") as named:
        open_vault(tmp_path, text)
    with pytest.raises(BadInput, match="openssl rand") as kept:
        open_vault(tmp_path)

    assert [problem.field for problem in named.value.problems] == ["WINDROW_SECRET_KEY"]
    assert [problem.field for problem in kept.value.problems] == [str(tmp_path / "secret.key")]
    assert not text.strip(",") or text not in str(named.value)
