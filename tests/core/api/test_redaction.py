"""What leaves the machine says nothing of whom it is about."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.redaction import Redaction, Secrets
from omt_core.api.sentence import parts_of, sentence

SECRET = "pä$$ word/1"


def redaction() -> Redaction:
    secrets = Secrets()
    secrets.add(SECRET)
    made = Redaction(secrets)
    made.add("login", "HH")
    made.add("name", "Hanne Ødegård")
    made.add("name", "Bo Li")
    made.add("document", "HH/2019.1/Tilbud til Hanne.docx")
    return made


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        quote(SECRET, safe=""),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        base64.b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_hidden_however_it_is_spelt(spelling: str) -> None:
    hidden = redaction().hide(f"sent {spelling} away")
    assert SECRET not in hidden
    assert not redaction().left_in(hidden)
    assert redaction().left_in(f"sent {spelling} away")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("login HH failed", "login <login> failed"),
        ("hh, (HH) and HHX", "<login>, (<login>) and HHX"),
        ("HANNE ØDEGÅRD has no plan", "<name> has no plan"),
        ("Bo Li is retired", "<name> is retired"),
        ("tell ola@nordlys.example.com of it", "tell <e-mail> of it"),
        ("no file HH/2019.1/Tilbud til Hanne.docx", "no file <document>"),
        (r"C:\SO_ARC\HH\2019.1\Brev til Ola.docx: denied", "<path>: denied"),
        (r'"\\files\arc\Ola Nordmann.docx" is away', '"<path>" is away'),
        ("/srv/archive/Brev til Ola.docx: denied", "<path>: denied"),
        ("GET https://tenant.example/v1 answered 503", "GET https://tenant.example/v1 answered 503"),
        ("1/2 and/or 3", "1/2 and/or 3"),
    ],
)
def test_whom_and_what_it_knows_leaves_a_mark(text: str, hidden: str) -> None:
    assert redaction().hide(text) == hidden


def test_what_overlaps_leaves_no_rest() -> None:
    made = redaction()
    made.add("setting", f"tenant-{SECRET}-of-quill")
    made.add("name", "quill maritime")
    made.add("login", "rd")
    hidden = made.hide(f"at tenant-{SECRET}-of-quill maritime, {SECRET}")
    assert hidden == "at ***, ***"


@pytest.mark.parametrize(
    "text",
    [
        "5.2 MB/s, 3/4 done, 120 items/s",
        "text/html; charset=utf-8, by aiohttp/3.14.0, HTTP/1.1",
        "in omt_core/cli/main.py",
        "stage documents of run 3: 1.2 of 3.4 MB",
        "[code=database-away plugin=database hook=read_users run=2]",
    ],
)
def test_what_is_no_path_stays(text: str) -> None:
    redaction = Redaction(Secrets())
    assert redaction.hide(text) == text
    assert redaction.left_in(text) == frozenset()


def test_a_traceback_says_which_module_it_was_and_not_where_it_is_installed() -> None:
    line = '  File "/opt/hanne/venv/lib/python3.11/site-packages/omt_core/cli/main.py", line 3, in run'
    hidden = redaction().hide(line)
    assert hidden == '  File "<path>python3.11/site-packages/omt_core/cli/main.py", line 3, in run'


@given(st.lists(st.text(min_size=2, max_size=20), min_size=1, max_size=5), st.data())
def test_nothing_that_was_hidden_is_left(names: list[str], data: st.DataObject) -> None:
    made = Redaction(Secrets())
    for name in names:
        made.add("name", name)
    pieces = data.draw(st.lists(st.sampled_from([*names, " ", ": ", "and"]), max_size=8))
    assert not made.left_in(made.hide(" ".join(pieces)))


def test_a_password_that_is_an_ordinary_word_takes_no_word_out_of_what_the_tool_says() -> None:
    secrets = Secrets()
    secrets.add("wrong")
    refused = sentence("The user name or the password is wrong.")
    assert parts_of(secrets.hide(refused)) == parts_of(refused)
    told = sentence("{path} is wrong: {why}.", path="/etc/wrong", why=sentence("{key} is wrong", key="wrong"))
    assert secrets.hide(told) == "/etc/*** is wrong: *** is wrong."


def test_a_secret_that_is_a_number_or_lies_over_two_values_is_hidden_in_a_sentence_too() -> None:
    secrets = Secrets()
    secrets.add("123456")
    assert secrets.hide(sentence("{number} was given.", number=123456)) == "*** was given."
    assert "123456" not in secrets.hide(sentence("{first}{second} was given.", first="123", second="456"))


@pytest.mark.parametrize("piece", ["-", "a-", "~", "+", "a", "Aa ", "A/b ", "//-", "@@", "a.csv+"])
def test_a_long_line_is_walked_once(piece: str) -> None:
    # A walk from each of its signs would take half an hour.
    line = piece * (300_000 // len(piece))
    assert Redaction(Secrets()).hide(f"{line} to/there").endswith("<path>")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("a/b// and c", "<path>/ and c"),
        ("read Some Customer AS/A letter.docx of it", "read <path> of it"),
        ("it is a+b.csv, not https://tenant.example/v1", "it is <path>, not https://tenant.example/v1"),
        ("A/b A/c A/d", "<path>"),
        (":~omt.toml", ":~<path>"),
        ("//host", "//host"),
    ],
)
def test_a_relative_path_is_hidden_with_the_words_of_its_name(text: str, hidden: str) -> None:
    assert Redaction(Secrets()).hide(text) == hidden
