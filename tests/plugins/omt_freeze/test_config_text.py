from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omt_freeze.config_text import addition as addition_with
from omt_freeze.config_text import frozen_lines, marked_addition, without_addition
from omt_freeze.mark import Mark

WORKSPACE = Path("/srv/omt/x")
MARK = Mark("hanne on SRV1", "2026-11-29 23:10 UTC")


def addition(content: bytes) -> bytes:
    return addition_with(content, MARK, WORKSPACE)


LINES = st.sampled_from(
    [b"dbHost = x", b"#frozen", b"# frozen", b"", b"frozen_until = 3", "navn = Ærø".encode(), b"\xff\xfe"]
)
TEXTS = st.tuples(st.lists(LINES), st.sampled_from([b"\n", b"\r\n"]), st.booleans()).map(
    lambda text: text[1].join(text[0]) + (text[1] if text[2] else b"")
)
CONTENTS = st.binary() | TEXTS


@given(CONTENTS)
@example(b"frozen\r")
@example(b"\r\nfrozen\r")
def test_the_addition_freezes_and_only_adds(content: bytes) -> None:
    frozen = content + addition(content)
    assert len(frozen_lines(frozen)) == len(frozen_lines(content)) + 1


@given(CONTENTS)
@example(b"\r")
def test_taking_the_addition_out_gives_back_the_content(content: bytes) -> None:
    assert without_addition(content + addition(content), addition(content)) == content


@given(TEXTS, TEXTS)
def test_lines_written_behind_it_meanwhile_stay(content: bytes, later: bytes) -> None:
    added = addition(content)
    kept = without_addition(content + added + (b"" if added.endswith(b"\n") else b"\n") + later, added)
    assert kept is not None
    assert lines(kept) == lines(content) + lines(later)


def lines(text: bytes) -> list[bytes]:
    return text.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n") if text else []


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"frozen", 1), (b"a\r\n frozen \r\nb", 1), (b"FROZEN\n", 1), (b"frozen = 1\n", 1), (b"#frozen\n", 0),
        (b"notfrozen\nfrozenfish\n# frozen\n", 0), (b"\xef\xbb\xbffrozen\n", 1), (b"frozen\nfrozen\n", 2), (b"", 0),
    ],
)  # fmt: skip
def test_a_line_freezes_when_it_is_the_word_and_no_comment(content: bytes, count: int) -> None:
    assert len(frozen_lines(content)) == count


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"", b"%s\nfrozen\n"),
        (b"a\n", b"%s\nfrozen\n"),
        (b"a\r\n", b"%s\r\nfrozen\r\n"),
        (b"a", b"\n%s\nfrozen"),
        (b"a\r\nb", b"\r\n%s\r\nfrozen"),
    ],
)
def test_the_line_ends_of_the_file_are_kept(content: bytes, form: bytes) -> None:
    comment = (
        f"# Frozen by the Online Migration Tool [omt: 2026-11-29 23:10 UTC, hanne on SRV1], workspace {WORKSPACE};"
        f" the file before had the sha256 {hashlib.sha256(content).hexdigest()}"
    )
    assert addition(content) == form % comment.encode()


@given(CONTENTS)
@example(b"a\r")
@example(b"\n\r")
def test_a_mark_alone_is_enough_to_give_back_the_content(content: bytes) -> None:
    found = marked_addition(content + addition(content))
    assert found == (MARK, str(WORKSPACE), content, True, addition(content))
    assert marked_addition(content) is None


def test_an_addition_in_a_file_that_was_changed_meanwhile_is_found_and_told_apart() -> None:
    content = b"a = 2\n" + addition(b"a = 1\n") + b"b = 3\n"
    assert marked_addition(content) == (MARK, str(WORKSPACE), b"a = 2\nb = 3\n", False, addition(b"a = 1\n"))


@pytest.mark.parametrize(
    "text", [b"frozen\n", b"# frozen by hand [omt: x]\nfrozen\n", addition(b"")[:-8] + b"\na\nfrozen\n"]
)
def test_a_line_without_our_mark_right_above_it_is_not_ours(text: bytes) -> None:
    assert marked_addition(text) is None


def test_a_text_without_our_line_is_told_apart() -> None:
    assert without_addition(b"a\n#frozen\nfrozen = 2\n", b"frozen\n") is None
