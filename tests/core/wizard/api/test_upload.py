"""A whole migration over the line: checks, upload, what is left behind, what comes of it (W69-W90)."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from omt_core.wizard.controller.document import UploadState
from tests.core.wizard.api.page import page_in

pytestmark = pytest.mark.anyio


async def test_a_migration_with_missing_documents_says_which_and_why(tmp_path: Path) -> None:
    """W79, W80, W96."""
    async with page_in(tmp_path, documents=12, plants={"missing-file": 3}) as page:
        await page.site.to_checklist()
        checks = (await page.get("/api/checks")).json
        assert not [one for one in checks["findings"] if one["blocking"]]
        assert {"active"} == {plugin["state"] for plugin in checks["plugins"]}
        missing = next(one for one in checks["findings"] if len(one["subjects"]) == 3)
        about = (await page.get(f"/api/codes/{missing['code']}")).json
        assert about["meaning"]
        assert about["remedy"]
        assert (await page.get("/api/codes/no-such-code")).status == 404
        for call, body in (("plans/done", {}), ("user-names/done", {}), ("notifications", {"welcome": False})):
            assert (await page.post(f"/api/{call}", body)).status == 200
        assert (await page.post("/api/upload/limit", {"rate": "much"})).json["error"]["code"] == "rate-invalid"
        assert (await page.post("/api/upload/limit", {"rate": "50M"})).json["upload"]["limit"] == 50 << 20
        assert (await page.post("/api/upload/start")).json["screen"] == "upload"
        await page.site.until(UploadState.DONE)
        await page.site.until_it_holds(lambda: page.site.state["screen"] == "complete")
        first = (await page.get("/api/upload/left-behind?state=missing&limit=2")).json
        after = quote(first["next"])
        rest = (await page.get(f"/api/upload/left-behind?state=missing&limit=2&after={after}")).json
        keys = [item["key"] for item in (*first["items"], *rest["items"])]
        assert len(keys) == len(set(keys)) == 3
        assert rest["next"] is None
        assert all(item["path"].startswith("C:\\") and item["date"] for item in first["items"])
        assert (await page.get("/api/upload/left-behind?state=odd")).status == 400
        for language in ("en", "de"):
            report = await page.get(f"/api/report.html?language={language}")
            assert f'<html lang="{language}"'.encode() in report.content
        assert json.loads((await page.get("/api/report.json")).content)
        assert (await page.get("/api/report.csv")).headers["Content-Type"].startswith("text/csv")
        assert (await page.get("/api/receipt")).status == 200
        assert (await page.post("/api/close")).json["screen"] == "closed"


async def test_a_receipt_that_is_not_there_is_said_to_be_not_there(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        await page.post("/api/start")
        assert (await page.get("/api/receipt")).json["error"]["code"] == "receipt-not-there"


async def test_settings_are_told_with_their_schema_and_changed_until_an_installation_is_open(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        sections = {one["plugin"]: one for one in (await page.get("/api/settings")).json["sections"]}
        assert "upload" in sections
        assert sections["upload"]["schema"]["properties"]
        changed = await page.post("/api/settings", {"plugin": "upload", "values": {"parallel_uploads": 2}})
        assert changed.status == 200
        assert page.site.controller.opener.composer.kept() == {"upload": {"parallel_uploads": 2}}
        refused = await page.post("/api/settings", {"plugin": "upload", "values": {"parallel_uploads": "many"}})
        assert refused.status == 400
        assert "upload.parallel_uploads" in refused.json["error"]["message"]
        await page.post("/api/start")
        late = await page.post("/api/settings", {"plugin": "upload", "values": {"parallel_uploads": 3}})
        assert (late.status, late.json["error"]["code"]) == (409, "settings-in-use")


async def test_thaw_lets_the_users_in_again(tmp_path: Path) -> None:
    """W82."""
    async with page_in(tmp_path) as page:
        await page.post("/api/start")
        assert (await page.post("/api/thaw")).json["frozen"] is False
