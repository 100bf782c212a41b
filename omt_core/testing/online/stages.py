"""The part of the suite for online targets that is about committing stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api import Item, OnlineRefusedError
from omt_core.testing.online_side import (
    OnlineSuite,
    commit_stage,
    documents,
    file_of,
    manifest_line,
    open_migration,
    require,
    send,
    send_stage,
)

_LINES = [manifest_line(item, content) for item, content in documents(b"one", b"two")]


class StageConformance(OnlineSuite):
    """A stage counts only when every content of its manifest is stored."""

    async def test_a_stage_with_all_its_contents_is_committed_again_and_again(self, tmp_path: Path) -> None:
        """The later manifest takes the place of the earlier one; items that were left behind need no content."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            await send_stage(migration, tmp_path, "documents", documents(b"one", None))
            await send_stage(migration, tmp_path, "documents", documents(b"one", b"two"))
            await send_stage(migration, tmp_path, "documents", [])

    async def test_a_stage_with_a_content_that_is_not_stored_is_refused(self, tmp_path: Path) -> None:
        """By the code `contents-missing`, after which the transfer asks for all of them and sends what lacks."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            await send(migration, file_of(b"one"), b"one")
            with pytest.raises(OnlineRefusedError) as caught:
                await commit_stage(migration, tmp_path, "documents", _LINES)
            require(caught.value.code == "contents-missing", f"The code is {caught.value.code}.")

    @pytest.mark.parametrize(
        ("lines", "items"),
        [
            (list(reversed(_LINES)), 2),
            ([_LINES[0], _LINES[0]], 2),
            (_LINES, 3),
            (_LINES, 1),
            ([line.replace(b'"documents"', b'"templates"') for line in _LINES], 2),
            ([line.replace(b'{"stage"', b'{ "stage"') for line in _LINES], 2),
            ([line.replace(b'"size":3', b'"size":3,"more":1') for line in _LINES], 2),
            ([_LINES[0], _LINES[1][:-1]], 2),
            ([b"no JSON\n"], 1),
        ],
        ids=[
            "in another order", "twice the same", "fewer lines", "more lines", "of another stage", "not canonical",
            "an unknown key", "no line feed at the end", "no JSON",
        ],
    )  # fmt: skip
    async def test_a_manifest_that_breaks_its_format_is_refused(
        self, tmp_path: Path, lines: list[bytes], items: int
    ) -> None:
        """As docs/reference/receipt.md has it: what is signed later must be what was sent."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            for content in (b"one", b"two"):
                await send(migration, file_of(content), content)
            with pytest.raises(OnlineRefusedError):
                await commit_stage(migration, tmp_path, "documents", lines, items=items)

    @pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x", ""])
    async def test_a_name_that_leads_out_of_its_folder_is_refused(self, tmp_path: Path, name: str) -> None:
        """Whoever gives files back by their names would write where nobody meant to."""
        line = manifest_line(Item(stage="documents", key="k", name=name), b"")
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            await send(migration, file_of(b""), b"")
            with pytest.raises(OnlineRefusedError):
                await commit_stage(migration, tmp_path, "documents", [line])

    async def test_hostile_names_are_kept_as_they_are(self, tmp_path: Path) -> None:
        """A name is text and no path; a lone surrogate is written as its escape."""
        names = ['a"\\\t\x01\x7f', "\u2028\U0001f9ed", "..a/b", ""]
        items = [Item(stage="documents", key=f"k{number}", name=name) for number, name in enumerate(names)]
        lines = [manifest_line(item, b"") for item in items]
        lines[-1] = lines[-1].replace(b'"name":""', b'"name":"\\ud800"')
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            await send(migration, file_of(b""), b"")
            await commit_stage(migration, tmp_path, "documents", lines)
