from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_discovery.products.dotnet_config import DotNetConfig, DotNetConfigError, is_plain_text

BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<configuration><SuperOffice><Data>&b;</Data></SuperOffice></configuration>"""
OUTSIDE = b"""<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><configuration><SuperOffice>&x;</SuperOffice></configuration>"""


def config(inner: str) -> DotNetConfig:
    return DotNetConfig(f"<configuration><SuperOffice>{inner}</SuperOffice></configuration>".encode())


@pytest.mark.parametrize("content", [BOMB, OUTSIDE])
def test_a_document_type_or_an_entity_is_refused(content: bytes) -> None:
    with pytest.raises(DotNetConfigError, match="not safe"):
        DotNetConfig(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"[SuperOffice]", b"<a>", b"\x00\x01\x02", b"<other/>", b'<?xml version="1.0" encoding="klingon"?><a/>'],
)
def test_what_is_no_configuration_is_refused(content: bytes) -> None:
    with pytest.raises(DotNetConfigError):
        DotNetConfig(content)


@given(st.binary(max_size=200))
def test_junk_is_refused_and_never_an_error_of_another_kind(junk: bytes) -> None:
    with contextlib.suppress(DotNetConfigError):
        DotNetConfig(b"<configuration>" + junk)


def test_deeply_nested_elements_are_no_danger() -> None:
    assert not DotNetConfig(
        b"<configuration>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</configuration>"
    ).describes_superoffice()


def test_sections_and_keys_are_found_in_any_case_and_the_last_value_wins() -> None:
    inner = (
        '<data><DATABASE><add key="server" value="one"/><!-- x --><add key="SERVER" value=" two "/></DATABASE></data>'
    )
    assert config(inner).section("Data", "Database") == {"server": "two"}


def test_clear_and_remove_do_what_net_does() -> None:
    inner = '<D><add key="a" value="1"/><add key="b" value="2"/><remove key="A"/></D><E><add key="a"/><clear/></E>'
    assert (config(inner).section("D"), config(inner).section("E")) == ({"b": "2"}, {})


def test_a_protected_section_is_recognised_and_so_is_one_in_a_protected_parent() -> None:
    protected = (
        '<Data configProtectionProvider="RsaProvider"><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/></Data>'
    )
    assert config(protected).is_encrypted("Data", "Explicit")
    assert config("<Documents><EncryptedData/></Documents>").is_encrypted("Documents")
    assert not config("<Documents/>").is_encrypted("Documents")


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_base64_of_whole_cipher_blocks_is_not_plain_text(blocks: int) -> None:
    assert not is_plain_text(base64.b64encode(bytes(range(16)) * blocks).decode())


@pytest.mark.parametrize("value", ["CRM7", "sommerfugl", "Passw0rd", "abcd", "pass word", "pässwörd", "A" * 20])
def test_ordinary_words_are_plain_text(value: str) -> None:
    assert is_plain_text(value)
