"""A real directory: whose password is taken, and what is never sent or followed."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
from directories import PASSWORD, SUFFIX, Directory

from omt_ldap_login.directory import DirectoryError, crm_login

_NOWHERE: Final = Path("nowhere")

MAPPED: Mapping[str, Any] = {"login_attribute": "employeeNumber"}
SEARCHED: Mapping[str, Any] = {"bind_pattern": ""}


@pytest.mark.parametrize("way", [{}, SEARCHED])
def test_the_right_password_is_taken_and_no_other(directory: Directory, way: Mapping[str, Any]) -> None:
    settings = directory.settings(**way)
    assert crm_login(settings, "hanne", PASSWORD) == "hanne"
    assert crm_login(settings, "hanne", f"{PASSWORD}x") is None
    assert crm_login(settings, "nobody", PASSWORD) is None


@pytest.mark.parametrize("way", [{}, SEARCHED])
@pytest.mark.parametrize("user", ["hanne", "nobody", ""])
def test_an_empty_password_is_nobodys_although_a_directory_takes_it(
    directory: Directory, way: Mapping[str, Any], user: str
) -> None:
    assert crm_login(directory.settings(**way), user, "") is None


def test_a_line_is_encrypted_by_starttls_too(directory: Directory) -> None:
    assert crm_login(directory.settings(url=f"ldap://localhost:{directory.plain}"), "hanne", PASSWORD) == "hanne"


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize(
    ("host", "authority"), [("localhost", "stranger.pem"), ("localhost", ""), ("127.0.0.1", "authority.pem")]
)
def test_a_directory_that_cannot_prove_who_it_is_gets_no_password(
    directory: Directory, scheme: str, host: str, authority: str
) -> None:
    port = directory.plain if scheme == "ldap" else directory.encrypted
    ca_file = directory.folder / authority if authority else None
    with pytest.raises(DirectoryError, match="certificate") as caught:
        crm_login(directory.settings(url=f"{scheme}://{host}:{port}", ca_file=ca_file), "hanne", PASSWORD)
    assert PASSWORD not in str(caught.value)


def test_a_directory_that_is_not_there_is_told_as_such() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        nowhere = Directory(plain=port, encrypted=port, folder=_NOWHERE, elsewhere=probe)
        with pytest.raises(DirectoryError, match=f"ldaps://localhost:{port} cannot be asked"):
            crm_login(nowhere.settings(ca_file=None), "hanne", PASSWORD)


def test_one_that_says_nothing_is_not_waited_for_longer_than_the_settings_say() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        asked = Directory(plain=port, encrypted=port, folder=_NOWHERE, elsewhere=silent)
        settings = asked.settings(url=f"ldap://localhost:{port}", ca_file=None, timeout_seconds=1)
        with pytest.raises(DirectoryError):
            crm_login(settings, "hanne", PASSWORD)


@pytest.mark.parametrize("way", [{}, SEARCHED])
@pytest.mark.parametrize("name", ["*", "h*", "hanne)(uid=*", "hanne,ou=people", "hanne\0", "(", "\\", "uid=hanne", "å"])
def test_a_name_is_a_name_and_no_part_of_a_filter(directory: Directory, way: Mapping[str, Any], name: str) -> None:
    assert crm_login(directory.settings(**way), name, PASSWORD) is None


@pytest.mark.parametrize("way", [{}, SEARCHED])
def test_a_name_that_looks_like_a_filter_finds_its_own_entry_only(directory: Directory, way: Mapping[str, Any]) -> None:
    assert crm_login(directory.settings(**way), "a*", PASSWORD) == "a*"


@pytest.mark.parametrize("way", [{}, SEARCHED])
def test_whoever_has_not_what_is_required_is_refused(directory: Directory, way: Mapping[str, Any]) -> None:
    settings = directory.settings(required_filter="(employeeType=crm)", **way)
    assert crm_login(settings, "hanne", PASSWORD) == "hanne"
    assert crm_login(settings, "guest", PASSWORD) is None


def test_the_login_of_the_crm_is_read_from_an_attribute(directory: Directory) -> None:
    assert crm_login(directory.settings(**MAPPED), "hanne", PASSWORD) == "HH"
    with pytest.raises(DirectoryError, match="0 values of employeeNumber"):
        crm_login(directory.settings(**MAPPED), "unmapped", PASSWORD)


def test_a_filter_that_fits_several_is_nobodys(directory: Directory) -> None:
    settings = directory.settings(user_filter="(|(uid={user})(employeeNumber=HH))")
    assert crm_login(settings, "hanne", PASSWORD) is None


def test_a_password_proves_no_entry_but_its_own(directory: Directory) -> None:
    """The pattern names `hanne`, the filter the entry of `another`, whose number is that name."""
    settings = directory.settings(user_filter="(employeeNumber={user})", **MAPPED)
    assert crm_login(settings, "hanne", PASSWORD) is None
    assert crm_login(settings, "hanne", "their-own") is None


def test_no_referral_is_followed(directory: Directory) -> None:
    assert crm_login(directory.settings(), "hanne", PASSWORD) == "hanne"  # the search meets one
    there = f"ou=elsewhere,ou=people,{SUFFIX}"
    with pytest.raises(DirectoryError, match="referral"):
        crm_login(directory.settings(base_dn=there), "hanne", PASSWORD)
    assert crm_login(directory.settings(bind_pattern=f"uid={{user}},{there}"), "hanne", PASSWORD) is None
    assert not directory.is_asked_elsewhere()


def test_a_bind_that_is_answered_by_a_referral_is_no_login() -> None:
    """A directory that answers so does not know the password; whoever asked on would do so as nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor() as threads:
        port = listening.getsockname()[1]
        answered = threads.submit(_refer, listening, f"ldap://127.0.0.1:{port}/")
        asked = Directory(plain=port, encrypted=port, folder=_NOWHERE, elsewhere=listening)
        settings = asked.settings(url=f"ldap://127.0.0.1:{port}", ca_file=None, start_tls=False)
        with pytest.raises(DirectoryError, match="referral"):
            crm_login(settings, "hanne", PASSWORD)
        answered.result()


def _refer(listening: socket.socket, address: str) -> None:
    """Answer the first request of the first who comes, a short one, by a referral (RFC 4511 sections 4.2.2, 4.1.10)."""
    place = address.encode()
    referral = bytes([0xA3, len(place) + 2, 0x04, len(place)]) + place
    result = b"\x0a\x01\x0a" + b"\x04\x00" + b"\x04\x00" + referral
    connection, _ = listening.accept()
    with connection:
        number = connection.recv(1_000)[2:5]
        content = number + bytes([0x61, len(result)]) + result
        connection.sendall(bytes([0x30, len(content)]) + content)
        connection.recv(1_000)
