from __future__ import annotations

import pytest

from omt_discovery.windows.text_encoding import decode_ansi, decode_utf8_or_ansi

TEXT = "archivepath=D:\\Årsrapporter\\Ω"


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_a_byte_order_mark_decides(mark: bytes, encoding: str) -> None:
    assert decode_ansi(mark + TEXT.encode(encoding)) == TEXT
    assert decode_utf8_or_ansi(mark + TEXT.encode(encoding)) == TEXT


def test_without_a_mark_the_profile_functions_take_the_ansi_code_page() -> None:
    assert decode_ansi("Ærø".encode("cp1252")) == "Ærø"
    assert decode_utf8_or_ansi("Ærø".encode("cp1252")) == "Ærø"
    assert decode_utf8_or_ansi("Ærø".encode()) == "Ærø"


def test_binary_junk_becomes_some_text() -> None:
    junk = bytes(range(256)) * 3
    assert isinstance(decode_ansi(junk), str)
    assert isinstance(decode_ansi(b"\xff\xfe" + junk + b"\xd8"), str)
