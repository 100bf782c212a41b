"""The tool's own documentation, served by the wizard."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.wizard.security.headers import CONTENT_SECURITY_POLICY
from tests.core.wizard.api.page import page_in

pytestmark = pytest.mark.anyio


async def test_a_page_comes_under_the_policy_of_the_wizard_and_leads_on(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        answered = await page.get("/api/documentation/reference/findings/archive-root-missing.html")
        assert answered.status == 200
        assert answered.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        text = answered.content.decode()
        assert "<h1" in text
        assert "<script" not in text
        assert f'href="{page.home.removeprefix(page.origin)}/api/documentation/reference/findings/index.html"' in text


@pytest.mark.parametrize("name", ["no/such/page", "reference", "a%2e%2e/b", "%2e%2e/%2e%2e/pyproject"])
async def test_there_is_no_other(tmp_path: Path, name: str) -> None:
    async with page_in(tmp_path) as page:
        assert (await page.get(f"/api/documentation/{name}.html")).status == 404
