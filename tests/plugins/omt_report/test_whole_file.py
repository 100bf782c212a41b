from __future__ import annotations

import os
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from omt_core.api.errors import InputError
from omt_core.api.items import ItemRecord, ItemState
from omt_report.csv_form import csv_report
from omt_report.html_form import html_report
from omt_report.json_form import json_report
from omt_report.whole_file import write_whole


async def pieces(*texts: bytes, fault: Exception | None = None) -> AsyncGenerator[bytes]:
    for text in texts:
        yield text
    if fault is not None:
        raise fault


def test_the_pieces_become_a_private_file(tmp_path: Path) -> None:
    anyio.run(write_whole, tmp_path / "new" / "report.json", pieces(b"a", b"b"))
    assert (tmp_path / "new" / "report.json").read_bytes() == b"ab"
    if os.name != "nt":
        assert (tmp_path / "new" / "report.json").stat().st_mode & 0o077 == 0


def test_what_was_there_stays_when_the_report_cannot_be_finished(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_bytes(b"old")
    with pytest.raises(RuntimeError, match="the journal is gone"):
        anyio.run(write_whole, tmp_path / "report.json", pieces(b"a", fault=RuntimeError("the journal is gone")))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("report.json", b"old")]


def test_a_place_that_cannot_be_written_to_is_an_error_of_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError) as refused:
        anyio.run(write_whole, tmp_path / "file" / "report.json", pieces())
    assert (refused.value.code, refused.value.exit_code) == ("report-not-writable", 2)


@pytest.mark.parametrize("form", ["html", "csv", "json"])
def test_memory_does_not_grow_with_the_number_of_items(form: str, make_record: Any, make_missing: Any) -> None:
    def peak(batches: int) -> int:
        batch = [make_missing(n) for n in range(500)]

        async def records(states: Sequence[ItemState]) -> AsyncIterator[Sequence[ItemRecord]]:
            for _ in range(batches):
                yield batch

        record = replace(make_record([]), records=records)
        made = {
            "html": lambda: html_report(record, (), 100, "en"),
            "csv": lambda: csv_report(record, "en"),
            "json": lambda: json_report(record, ()),
        }[form]

        async def drain() -> None:
            async for _ in made():
                pass

        tracemalloc.start()
        anyio.run(drain)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(1)
    assert peak(30) < peak(4) + 500_000
