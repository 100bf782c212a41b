"""Names of files, and how paths are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_archive.names import likeness, on_site
from omt_folders.tree import telling


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("machine/C/SO_ARC/HH/2014.1/a.doc", r"C:\SO_ARC\HH\2014.1\a.doc"),
        ("machine/UNC/host/share/x", r"\\host\share\x"),
        ("machine/C", "C:\\"),
        ("machine/elsewhere/x", "/root/machine/elsewhere/x"),
        ("other/x", "/root/other/x"),
    ],
)
def test_paths_below_the_folder_that_stands_for_the_machine_are_told_as_on_site(path, shown):
    assert on_site(Path("/root") / path, Path("/root/machine")) == shown


def test_without_such_a_folder_a_path_is_told_as_it_is():
    assert on_site(Path("/srv/x"), None) == "/srv/x"


@pytest.mark.parametrize("other", ["LETTER(2).doc", "letter[1].docx", "Letter-3.doc", "let ter.pdf"])
def test_a_counter_and_an_extension_do_not_make_names_unlike(other):
    assert likeness("letter.doc") == likeness(other)


@given(st.text())
def test_whatever_is_told_is_text(name):
    assert telling(name + "\udce6").encode()
