"""The page is told what the tool says in each language, and how what it says was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api import language as languages
from tests.core.wizard.api.page import page_in

pytestmark = pytest.mark.anyio


async def test_the_words_of_a_language_are_told_to_who_has_a_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "_catalogue", lambda language: {"Yes.": "Ja."} if language == "de" else {})
    async with page_in(tmp_path) as page:
        assert (await page.get("/api/words/de")).json == {"Yes.": "Ja."}
        assert (await page.get("/api/words/zz")).json == {}
        assert (await page.get("/api/words/..")).status == 404


async def test_a_refusal_and_a_finding_say_how_they_were_made(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        await page.site.to_checklist()
        refused = (await page.post("/api/upload/pause")).json["error"]
        findings = (await page.get("/api/checks")).json["findings"]
    assert refused.keys() >= {"code", "message", "template", "parameters", "remedy", "remedy_template"}
    assert findings
    assert all(finding["template"] for finding in findings)
