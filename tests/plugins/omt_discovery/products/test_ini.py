from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omt_discovery.products.ini import IniFile

NAMES = st.text(st.characters(categories=("L", "N"), exclude_characters="\0"), min_size=1, max_size=12)
VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40).map(
    lambda text: text.strip(" \t\r\v\f\0\"'")
)
FILES = st.dictionaries(
    NAMES.map(str.casefold), st.dictionaries(NAMES.map(str.casefold), VALUES, max_size=4), max_size=4
)


@given(FILES, st.sampled_from(("\n", "\r\n")))
def test_whatever_a_naive_writer_wrote_is_read_back(sections: dict[str, dict[str, str]], newline: str) -> None:
    lines = [
        f"[{section}]{newline}" + newline.join(f"{k} = {v}" for k, v in values.items())
        for section, values in sections.items()
    ]
    ini = IniFile(newline.join(lines))
    for section, values in sections.items():
        for key, value in values.items():
            assert ini.get(section.upper() if section.isascii() else section, key) == (value or None)


def test_names_are_found_in_any_case_and_the_first_hit_wins() -> None:
    ini = IniFile(
        "[SUPEROFFICE]\r\nArchivePath=C:\\one\r\nARCHIVEPATH=C:\\two\r\n[superoffice]\r\narchivepath=C:\\three"
    )
    assert ini.get("SuperOffice", "archivepath") == "C:\\one"


def test_blanks_and_one_pair_of_quotes_are_taken_off() -> None:
    ini = IniFile('[s]\n a = "C:\\SO ARC" \t\n b=\'x\'\n c=""y""\n d="')
    assert [ini.get("s", key) for key in "abcd"] == ["C:\\SO ARC", "x", '"y"', '"']


def test_comments_lines_without_a_value_and_keys_before_a_section_are_passed_over() -> None:
    ini = IniFile("a=0\n[s]\n;a=1\njunk\n[broken\na=2\n")
    assert ini.get("s", "a") is None
    assert ini.get("broken", "a") == "2"


def test_an_empty_value_is_none() -> None:
    assert IniFile("[s]\na=\n").get("s", "a") is None
