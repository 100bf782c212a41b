"""The checks over the line: what a waiver asks for (W94)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.core.wizard.api.page import page_in

pytestmark = pytest.mark.anyio

CODE = "template-folder-missing"


async def test_a_waiver_of_what_may_be_left_behind_is_refused_without_its_reason(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        shutil.rmtree(tmp_path / "site/machine/C/SO_ARC/TEMPLATE")
        await page.site.to_checklist()

        async def standing() -> tuple[bool, bool, bool]:
            findings = (await page.get("/api/checks")).json["findings"]
            (one,) = [finding for finding in findings if finding["code"] == CODE]
            return one["reason_needed"], one["waived"], one["blocking"]

        assert await standing() == (True, False, True)
        refused = await page.post("/api/checks/waive", {"code": CODE, "waived": True})
        assert (refused.status, refused.json["error"]["code"]) == (400, "waiver-reason-missing")
        assert await standing() == (True, False, True)
        await page.post("/api/checks/waive", {"code": CODE, "waived": True, "reason": "There are none."})
        assert await standing() == (True, True, False)
