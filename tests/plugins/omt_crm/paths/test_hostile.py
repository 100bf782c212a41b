from __future__ import annotations

from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_crm.paths import refuse_reason


@pytest.mark.parametrize(
    "name",
    [
        "brev.doc",
        "Åse (2).docx",
        "名.pdf",
        "x.y.z",
        "console.txt",
        "com10.txt",
        ".profile",
        "a" * 255,
        "NULL",
        "日本😀",
    ],
)
def test_an_ordinary_name_is_taken(name):
    assert refuse_reason(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is blank"),
        ("  ", "is blank"),
        ("..", "is a relative folder"),
        (".", "is a relative folder"),
        ("../x", "contains a path separator"),
        ("a\\b", "contains a path separator"),
        ("\\\\host\\share", "contains a path separator"),
        ("C:x.doc", "contains a colon"),
        ("x.doc:hidden", "contains a colon"),
        ("x\0.doc", "contains a control character"),
        ("x\r\n.doc", "contains a control character"),
        ("x\ud800.doc", "contains a control character"),
        ("a?.doc", "contains a character that Windows does not allow"),
        ("x.doc.", "ends in a dot or a space"),
        ("x.doc ", "ends in a dot or a space"),
        ("NUL", "is a reserved device name"),
        ("con.txt", "is a reserved device name"),
        ("com1.tar.gz", "is a reserved device name"),
        ("lpt¹", "is a reserved device name"),
        ("aux .txt", "is a reserved device name"),
        ("a" * 256, "is longer than 255 characters"),
        ("😀" * 128, "is longer than 255 characters"),
    ],
)
def test_a_hostile_name_is_refused_with_its_reason(name, reason):
    assert refuse_reason(name) == reason


@given(name=st.text(min_size=1, max_size=30))
def test_a_name_that_is_taken_stays_in_its_folder(name):
    if refuse_reason(name) is None:
        path = PureWindowsPath("C:/folder") / name
        assert path.parts == ("C:\\", "folder", name)
        assert path.parent == PureWindowsPath("C:/folder")
