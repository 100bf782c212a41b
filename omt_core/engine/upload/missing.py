"""The files that are missing or unreadable on site, as a person works on them: before the upload, and after it.

What the checks find lies in the workspace, a file for each stage, so that memory does not grow with it and a restart
of the tool still shows it. Until their report is taken it waits beside what an earlier check found.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import anyio.to_thread
from typing_extensions import override

from omt_core.api import files
from omt_core.api.context import MissingFiles
from omt_core.api.errors import WORKSPACE_NOT_WRITABLE
from omt_core.api.items import FoundFiles, InventoryState, Item, ItemRecord
from omt_core.api.language import translated
from omt_core.api.sentence import changed, parts_of, sentence, sentence_of
from omt_core.api.text import spreadsheet_cell

CSV_COLUMNS: Final = ("part", "id", "name", "expected_path", "size", "date", "reason", "nearest_files", "detail")
_KEPT: Final = "missing-{}.jsonl"
_WAITING: Final = "missing-{}.new"
_LISTED: Final = frozenset({InventoryState.MISSING, InventoryState.UNREADABLE})
_STAGE: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFile:
    """One file that is not where it should be: its whole `path` as on site, `size` and `date` as the database has them.

    For one that is there and could not be read or sent `path` is where it lies, and `detail` says what happened; what
    that was made from stands beside it.
    """

    stage: str
    key: str
    name: str
    reason: str
    path: str = ""
    size: int | None = None
    date: str = ""
    candidates: tuple[str, ...] = ()
    detail: str = ""
    detail_template: str | None = None
    detail_parameters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_item(cls, item: Item) -> MissingFile:
        """Take what the inventory says."""
        return _of(item, None if item.path is None else os.fspath(item.path))

    @classmethod
    def of_record(cls, record: ItemRecord) -> MissingFile:
        """Take what the journal has."""
        return _of(record, record.location)


def _of(known: Item | ItemRecord, location: str | None) -> MissingFile:
    expected = known.expected
    # Where the file is expected is told by its path.
    detail = changed(known.detail, _text) if expected is None else ""
    parts = parts_of(detail) or {}
    return MissingFile(
        stage=known.stage,
        key=_text(known.key),
        name=_text(known.name),
        reason=known.reason,
        path=_text(location or "") if expected is None else _text(expected.path),
        size=(known.size if location else None) if expected is None else expected.size,
        date="" if expected is None else expected.date,
        candidates=tuple(map(_text, known.candidates)),
        detail=detail,
        **{f"detail_{name}": part for name, part in parts.items()},
    )


class FoundMissing(MissingFiles):
    """What a check finds, to be kept once its report is taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stages: set[str] = set()
        self.error: OSError | None = None
        """Why the list is not whole; a rule that only told of a file is not to blame for it."""

    @override
    async def begin(self, stage: str) -> None:
        if _STAGE.fullmatch(stage) is None:
            raise ValueError(f"{stage!r} is not the name of a stage")
        self._stages.add(stage)
        await self._write(stage, b"", mode="wb")

    @override
    async def add(self, items: Sequence[Item]) -> None:
        if isinstance(items, FoundFiles):  # all there: no item needs to be made to see that
            return
        lines: dict[str, bytes] = {}
        for item in items:
            if item.presence in _LISTED and item.stage in self._stages:
                line = json.dumps(asdict(MissingFile.of_item(item)), ensure_ascii=False)
                lines[item.stage] = lines.get(item.stage, b"") + line.encode() + b"\n"
        for stage, written in lines.items():
            await self._write(stage, written, mode="ab")

    async def keep(self, *, whole: bool) -> None:
        """Let this take the place of what was found before; of stages that were not asked now only if it is the whole.

        Raises `InputError` `workspace-not-writable`.
        """
        await anyio.to_thread.run_sync(self._keep, whole)

    async def _write(self, stage: str, content: bytes, *, mode: str) -> None:
        def write() -> None:
            path = self._folder / _WAITING.format(stage)
            path.touch(mode=files.PRIVATE_FILE)
            with path.open(mode) as file:
                file.write(content)

        if self.error is None:
            try:
                await anyio.to_thread.run_sync(write)
            except OSError as error:
                self.error = error

    def _keep(self, whole: bool) -> None:  # noqa: FBT001 - handed over by position to the thread
        try:
            if self.error is not None:
                raise self.error
            for stage in self._stages:
                files.replace(self._folder / _WAITING.format(stage), self._folder / _KEPT.format(stage))
            for kept in self._folder.glob(_KEPT.format("*")) if whole else ():
                if kept.name.removeprefix("missing-").removesuffix(".jsonl") not in self._stages:
                    files.remove(kept)
        except OSError as error:
            why = error.strerror or error
            raise WORKSPACE_NOT_WRITABLE.error(
                sentence("The list of missing files cannot be kept in {folder}: {why}.", folder=self._folder, why=why)
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPage:
    """A page of the list: `matching` is how many the filter leaves, `all` how many there are.

    `reasons` counts all of them by the code of a finding.
    """

    files: tuple[MissingFile, ...]
    matching: int
    all: int
    reasons: Mapping[str, int]


class MissingList:
    """What the last check found missing or unreadable."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def page(self, text: str = "", *, reason: str = "", start: int = 0, limit: int = 100) -> MissingPage:
        """Return `limit` files from the place `start` on, of those that have all words of a text somewhere.

        With a reason, only those that are listed for it.
        """
        return await anyio.to_thread.run_sync(self._page, text, reason, start, limit)

    async def csv(self, language: str) -> bytes:
        """Return the whole list for a spreadsheet, with details in a language."""
        return await anyio.to_thread.run_sync(lambda: missing_csv(map(_file, map(json.loads, self._lines())), language))

    def _page(self, text: str, reason: str, start: int, limit: int) -> MissingPage:
        # As they stand in the file, where a backslash is two.
        words = [json.dumps(word, ensure_ascii=False)[1:-1].casefold() for word in text.split()]
        found: list[MissingFile] = []
        reasons: Counter[str] = Counter()
        matching = 0
        for line in self._lines():
            fields = json.loads(line)
            reasons[fields["reason"]] += 1
            if (reason and fields["reason"] != reason) or (words and not has_words(line, words)):
                continue
            if start <= matching < start + limit:
                found.append(_file(fields))
            matching += 1
        return MissingPage(files=tuple(found), matching=matching, all=reasons.total(), reasons=reasons)

    def _lines(self) -> Iterator[str]:
        for file in sorted(self._folder.glob(_KEPT.format("*"))):
            try:
                lines = file.open(encoding="utf-8")
            except FileNotFoundError:
                continue  # a newer check has just taken its place, of which this stage is no part
            with lines:
                yield from lines


def has_words(text: str, words: Iterable[str]) -> bool:
    """Tell whether each of these words, folded, is somewhere in a text."""
    folded = text.casefold()
    return all(word in folded for word in words)


def missing_csv(missing: Iterable[MissingFile], language: str) -> bytes:
    """Write files for a spreadsheet; with a byte order mark it reads UTF-8, without one it guesses."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for one in missing:
        size = "" if one.size is None else str(one.size)
        made_from = {"template": one.detail_template, "parameters": one.detail_parameters}
        detail = translated(sentence_of(one.detail, made_from), language)
        nearest = " | ".join(one.candidates)
        cells = (one.stage, one.key, one.name, one.path, size, one.date, one.reason, nearest, detail)
        writer.writerow([spreadsheet_cell(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _file(fields: Mapping[str, Any]) -> MissingFile:
    return MissingFile(**{**fields, "candidates": tuple(fields["candidates"])})


def _text(name: str) -> str:
    """Return a name that UTF-8 can hold: what is no text is written out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
