"""The support bundle over the line: what is taken is what was shown."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.core.wizard.api.page import page_in

pytestmark = pytest.mark.anyio


async def test_the_bundle_that_is_taken_is_the_one_that_was_listed_and_names_nobody(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        await page.site.to_checklist()
        listed = (await page.get("/api/support")).json["members"]
        taken = await page.get("/api/support.zip")
        assert taken.headers["Content-Disposition"] == 'attachment; filename="omt-support.zip"'
        with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
            assert [(one.filename, one.file_size) for one in archive.infolist()] == [
                (one["name"], one["size"]) for one in listed
            ]
            text = "\n".join(archive.read(name).decode() for name in archive.namelist())
        now = page.site.controller.holder.now
        assert {"journal.json", "findings.json"} <= {one["name"] for one in listed}
        assert now.located.licence.owner not in text
        for user in now.users:
            assert user.full_name not in text
            assert not any(address in text for address in user.emails)


async def test_there_is_one_before_an_installation_is_found(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        listed = (await page.get("/api/support")).json["members"]
        assert {"versions.json", "machine.json"} <= {one["name"] for one in listed}
