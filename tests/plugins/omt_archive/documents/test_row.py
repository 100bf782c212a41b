"""What is said of documents that have no file."""

from __future__ import annotations

from omt_archive.documents.row import hostile_name


def test_a_hostile_name_is_told_as_it_is_spelled_and_on_one_line() -> None:
    assert (
        hostile_name(r"\\server\share\x.docx", "leads out").detail
        == r"Its file name '\\server\share\x.docx' leads out."
    )
    assert hostile_name("a\nb\udcff", "leads out").detail == r"Its file name 'a\nb\udcff' leads out."
