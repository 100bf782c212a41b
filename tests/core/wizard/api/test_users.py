"""Plans and user names over the line: changes, files, photos (W44-W68)."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.wizard.controller.photos import media_type_of
from tests.core.wizard.api.page import file_body, page_in

pytestmark = pytest.mark.anyio


async def test_the_windows_get_every_field_of_a_card(tmp_path: Path) -> None:
    """W47, W48, W61."""
    async with page_in(tmp_path) as page:
        await page.site.to_checklist()
        told = (await page.get("/api/users")).json
        assert {"plans", "user_names", "findings", "removed_addresses", "taken", "users", "catalogue"} == set(told)
        (admin, *_) = [user for user in told["users"] if user["administrator"]]
        assert {"id", "login", "full_name", "company", "group", "role", "position", "emails", "photo"} <= set(admin)
        assert all({"name", "total", "used"} == set(plan) for plan in told["catalogue"])


async def test_a_change_is_answered_with_what_holds_now(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        await page.site.to_checklist()
        told = (await page.post("/api/plans", {"changes": {"HH": ""}})).json
        assert "HH" not in told["plans"]
        assert (await page.get("/api/state")).json["checks"]["state"] == "stale"
        refused = await page.post("/api/plans", {"changes": {"nobody": "x"}})
        assert (refused.status, refused.json["error"]["code"]) == (400, "login-unknown")


async def test_files_go_out_and_come_back_in(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        await page.site.to_checklist()
        before = (await page.get("/api/users")).json
        plans, names = await page.get("/api/plans.csv"), await page.get("/api/user-names.csv")
        assert 'attachment; filename="plans.csv"' in plans.headers["Content-Disposition"]
        await page.post("/api/plans", {"changes": dict.fromkeys(before["plans"], "")})
        told = await page.post("/api/plans/csv", file_body(plans.content))
        assert told.json["plans"] == before["plans"]
        told = await page.post("/api/user-names/csv", file_body(names.content))
        assert told.json["user_names"] == before["user_names"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
async def test_a_file_is_read_in_whatever_encoding_a_spreadsheet_saved_it(tmp_path: Path, encoding: str) -> None:
    async with page_in(tmp_path) as page:
        await page.site.to_checklist()
        text = "login;user_name;full_name\nHH;håkon@example.com;Håkon\n"
        told = await page.post("/api/user-names/csv", file_body(text.encode(encoding)))
        assert told.json["user_names"]["HH"] == "håkon@example.com"


async def test_a_file_with_a_mistake_changes_nothing(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        await page.site.to_checklist()
        before = (await page.get("/api/users")).json["plans"]
        answer = await page.post("/api/plans/csv", file_body(b"login,plan\nHH,\nHH,ten-sales\n"))
        assert answer.status == 400
        assert "line 3" in answer.json["error"]["message"]
        assert (await page.get("/api/users")).json["plans"] == before


async def test_photos_are_pictures_and_of_users_only(tmp_path: Path) -> None:
    """W48; photo bytes are checked and served as images only."""
    async with page_in(tmp_path, users=12) as page:
        await page.site.to_checklist()
        photos = [user["photo"] for user in (await page.get("/api/users")).json["users"] if user["photo"]]
        assert photos
        picture = await page.get(photos[0])
        assert picture.status == 200
        assert picture.headers["Content-Type"].startswith("image/")
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
        assert (await page.get("/api/photos/999999")).status == 404


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<script>", b"", b"RIFF1234WAVE"])
def test_what_is_no_picture_is_not_shown(content: bytes) -> None:
    assert media_type_of(content) is None


async def test_before_the_checklist_is_open_there_is_nothing_to_change(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        assert (await page.post("/api/plans", {"changes": {}})).status == 409
        await page.post("/api/start")
        assert (await page.post("/api/plans", {"changes": {}})).json["error"]["code"] == "checklist-not-open"
