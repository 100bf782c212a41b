from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omt_discovery.windows.registry import RegistryValue
from omt_discovery.windows.registry_export import load_registry_exports

HEADER = "Windows Registry Editor Version 5.00\r\n\r\n"
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
PARTS = st.text(st.characters(categories=("L", "N"), include_characters=" []-{}"), min_size=1, max_size=10)
KEYS = st.lists(PARTS, min_size=1, max_size=4).map(lambda parts: "\\".join(("HKEY_LOCAL_MACHINE", *parts)))
VALUES = st.one_of(
    TEXTS,
    st.integers(0, 2**32 - 1),
    st.binary(max_size=60),
    st.lists(TEXTS.filter(bool), max_size=4).map(tuple),
)
REGISTRIES = st.dictionaries(KEYS, st.dictionaries(TEXTS, VALUES, max_size=4), max_size=4).filter(
    lambda keys: (
        len({key.casefold() for key in keys}) == len(keys)
        and all(len({name.casefold() for name in values}) == len(values) for values in keys.values())
    )
)


def hexadecimal(content: bytes, kind: str) -> str:
    octets = [f"{octet:02x}" for octet in content]
    lines = [",".join(octets[start : start + 20]) for start in range(0, len(octets), 20)]
    return f"hex{kind}:" + ",\\\r\n  ".join(lines)


def written(value: RegistryValue, *, expandable: bool = False) -> str:
    if isinstance(value, int):
        return f"dword:{value:08x}"
    if isinstance(value, bytes):
        return hexadecimal(value, "")
    if isinstance(value, tuple):
        return hexadecimal("".join(f"{text}\0" for text in (*value, "")).encode("utf-16-le"), "(7)")
    if expandable:
        return hexadecimal(f"{value}\0".encode("utf-16-le"), "(2)")
    return quoted(value)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def exported(keys: dict[str, dict[str, RegistryValue]], *, expandable: bool) -> str:
    blocks = []
    for key, values in keys.items():
        lines = [
            f"{quoted(name) if name else '@'}={written(value, expandable=expandable)}" for name, value in values.items()
        ]
        blocks.append("\r\n".join((f"[{key}]", *lines, "")))
    return HEADER + "\r\n".join(blocks)


@given(REGISTRIES, st.booleans(), st.sampled_from(("utf-8", "utf-16")))
def test_whatever_a_naive_writer_exported_is_read_back(
    keys: dict[str, dict[str, RegistryValue]], expandable: bool, encoding: str
) -> None:
    text = exported(keys, expandable=expandable)
    content = text.encode("utf-8") if encoding == "utf-8" else b"\xff\xfe" + text.encode("utf-16-le")
    registry = load_registry_exports([content])
    for key, values in keys.items():
        assert registry.values(key.upper() if key.isascii() else key) == {
            name.casefold(): value for name, value in values.items()
        }


@given(st.binary(max_size=400))
def test_junk_is_read_without_an_error(junk: bytes) -> None:
    load_registry_exports([junk, HEADER.encode() + b"[HKEY_X]\r\n" + junk])


def load(text: str) -> dict[str, RegistryValue]:
    return dict(load_registry_exports([(HEADER + text).encode()]).values(r"hkey_local_machine\a"))


KEY = "[HKEY_LOCAL_MACHINE\\A]\r\n"


def test_comments_continuations_and_lines_that_mean_nothing_are_understood() -> None:
    text = KEY + '; a comment\r\n"b"=hex(2):43,00,3a,00,\\\r\n  5c,00,00,00\r\nnothing\r\n"n"=dword:0000001A ; why\r\n'
    assert load(text) == {"b": "C:\\", "n": 26}


def test_a_text_may_go_over_several_lines() -> None:
    assert load(KEY + '"b"="one\r\ntwo"\r\n"c"="three"\r\n') == {"b": "one\r\ntwo", "c": "three"}


def test_an_unclosed_text_costs_only_its_own_line() -> None:
    assert load(KEY + '"c"=dword:00000001\r\n"b"="one\r\n') == {"c": 1}


def test_what_is_marked_with_a_minus_is_deleted() -> None:
    assert load(KEY + '"b"="one"\r\n"c"="two"\r\n"B"=-\r\n') == {"c": "two"}
    assert load(KEY + '"b"="one"\r\n\r\n[-HKEY_LOCAL_MACHINE\\a]\r\n') == {}


def test_later_exports_add_to_earlier_ones_in_any_case() -> None:
    one, two = HEADER + KEY + '"b"="1"\r\n"c"="1"\r\n', HEADER + KEY.upper() + '"B"="2"\r\n'
    registry = load_registry_exports([one.encode(), two.encode()])
    assert registry.values("HKEY_LOCAL_MACHINE\\A") == {"b": "2", "c": "1"}
    assert registry.subkeys("hkey_local_machine") == ["A"]


def test_an_ansi_export_of_windows_nt_holds_its_texts_in_ansi() -> None:
    text = "REGEDIT4\r\n\r\n" + KEY + '"a"="Ærø"\r\n"b"=hex(2):c6,72,f8,00\r\n'
    registry = load_registry_exports([text.encode("cp1252")])
    assert registry.values("HKEY_LOCAL_MACHINE\\A") == {"a": "Ærø", "b": "Ærø"}


def test_whole_numbers_of_all_kinds_are_read() -> None:
    text = KEY + '"l"=hex(4):01,00,00,00\r\n"b"=hex(5):00,00,00,01\r\n"q"=hex(b):01,00,00,00,00,00,00,00\r\n'
    assert load(text) == {"l": 1, "b": 1, "q": 1}
