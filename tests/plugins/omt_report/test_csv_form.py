from __future__ import annotations

import codecs
import csv
import io
from typing import Any

import pytest

from omt_core.api.sentence import sentence
from omt_report.csv_form import COLUMNS


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_item_has_a_row_whatever_became_of_it(render: Any, sample: Any) -> None:
    content = render(sample, "csv")
    assert content.startswith(codecs.BOM_UTF8)
    read = rows(content)
    assert tuple(read[0]) == COLUMNS
    assert [(row["stage"], row["key"], row["state"]) for row in read] == [
        ("database", "person/000001", "confirmed"), ("documents", "1", "confirmed"), ("documents", "2", "missing"),
        ("documents", "3", "missing"), ("documents", "4", "skipped"),
    ]  # fmt: skip
    assert (read[2]["reason"], read[2]["candidates"]) == ("document-file-missing", "/SO_ARC/HH/2018.2/Tilbud 2.docx")
    assert (read[0]["table"], read[0]["rows"]) == ("person", "40")


def test_what_is_said_of_an_item_is_in_the_readers_language(render: Any, make_record: Any, make_missing: Any) -> None:
    record = make_record([make_missing(1, detail=sentence("Expected as {path}.", path="C:\\1\udc80"))])
    assert rows(render(record, "csv", language="de"))[0]["detail"] == r"Erwartet als C:\1\udc80."


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "'"])
def test_a_cell_that_begins_like_a_formula_is_neutralised(
    render: Any, make_record: Any, make_item: Any, start: str
) -> None:
    (row,) = rows(render(make_record([make_item(1, name=f"{start}cmd|' /C calc'!A0", key=f"{start}1")]), "csv"))
    assert row["name"] == f"'{start}cmd|' /C calc'!A0"
    assert row["key"] == f"'{start}1"


def test_several_candidates_share_a_cell_and_hostile_names_stay_in_theirs(
    render: Any, make_record: Any, make_missing: Any
) -> None:
    (row,) = rows(render(make_record([make_missing(1, name='a,"b"\r\nc\udc80', candidates=("x", "y"))]), "csv"))
    assert (row["name"], row["candidates"]) == ('a,"b"\r\nc\\udc80', "x | y")
