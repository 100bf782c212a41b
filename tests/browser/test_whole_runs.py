"""Whole runs from the first page to the last, by clicking."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.screens.uploading import Closed, Complete, Upload
from tests.browser.sites import Office
from tests.browser.wizard import Wizard
from tests.e2e.omt import Tenant, run


def test_a_live_migration_goes_from_the_first_page_to_the_last_by_clicks_and_ends_verified(
    person: Person, wizard: Wizard, office: Office, tenant: Tenant, tmp_path: Path
) -> None:
    """W5, W10-W42, W70-W82."""
    upload = person.go_to_upload(office, test=False)
    assert upload.rows() == list(Upload.ROWS)  # W73
    complete = Complete(person.page)
    expect(complete.previous).to_be_disabled()
    complete.says("The installation on site is frozen")  # W82
    complete.close()
    Closed(person.page)
    result = wizard.result()
    assert (result["exit_code"], result["kind"], result["missing"], result["failed"]) == (0, "live", 0, 0)
    assert run("verify", result["receipt"], "--tenant", tenant.url, folder=tmp_path).code == 0
