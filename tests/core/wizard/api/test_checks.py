"""The checks over the line: what a waiver asks for (W94)."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.core.wizard.api.page import page_in

pytestmark = pytest.mark.anyio

CODE = "template-folder-missing"


async def test_a_waiver_is_refused_without_its_reason(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        shutil.rmtree(tmp_path / "site/machine/C/SO_ARC/TEMPLATE")
        await page.site.to_checklist()

        async def standing() -> tuple[bool, bool]:
            findings = (await page.get("/api/checks")).json["findings"]
            (one,) = [finding for finding in findings if finding["code"] == CODE]
            return one["waived"], one["blocking"]

        assert await standing() == (False, True)
        refused = await page.post("/api/checks/waive", {"code": CODE, "waived": True})
        assert (refused.status, refused.json["error"]["code"]) == (400, "waiver-reason-missing")
        assert await standing() == (False, True)
        await page.post("/api/checks/waive", {"code": CODE, "waived": True, "reason": "There are none."})
        assert await standing() == (True, False)


async def test_findings_are_taken_as_files_with_how_they_stand(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        shutil.rmtree(tmp_path / "site/machine/C/SO_ARC/TEMPLATE")
        await page.site.to_checklist()
        as_csv, as_json = await page.get("/api/findings.csv"), await page.get("/api/findings.json")
        in_german = await page.get("/api/findings.csv?language=de")
        shown = (await page.get("/api/checks")).json["findings"]
        assert [one["code"] for one in json.loads(as_json.content)] == [one["code"] for one in shown]
        rows = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
        assert {row["code"] for row in rows} == {one["code"] for one in shown}
        germans = list(csv.DictReader(io.StringIO(in_german.content.decode("utf-8-sig"))))
        assert [row["code"] for row in germans] == [row["code"] for row in rows]
        assert not {row["remedy"] for row in germans} & {row["remedy"] for row in rows}
        assert {row["standing"] for row in rows if row["code"] == CODE} == {"blocks"}
        await page.post("/api/checks/waive", {"code": CODE, "waived": True, "reason": "There are none."})
        (one,) = [one for one in json.loads((await page.get("/api/findings.json")).content) if one["code"] == CODE]
        assert one["standing"] == "waived"


async def test_a_code_says_whether_it_has_a_page_in_the_documentation(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        assert (await page.get(f"/api/codes/{CODE}")).json["documented"]
