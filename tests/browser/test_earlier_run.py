"""What the last run did is seen when the tool is started again, and what a recovery did is said."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import ComeBack
from tests.browser.person import Person
from tests.browser.screens.beginning import Login, Recovery, Welcome
from tests.browser.screens.uploading import Complete, Upload
from tests.browser.sites import Office
from tests.browser.wizard import Wizard

ENDED_SHORT = """async () => {
  const { feedState, state } = await import(new URL("js/core/state.js", document.baseURI));
  const rows = state().upload.rows.map((row) =>
    row.stage === "documents" ? { ...row, state: "succeeded", left_behind: 3 } : row);
  feedState({ ...state(), upload: { ...state().upload, rows } });
}"""


def test_what_the_last_run_left_is_seen_at_the_next_start_and_what_a_recovery_sent_is_said(
    person: Person, wizard: Wizard, office: Office, come_back: ComeBack, tmp_path: Path
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    away = office.documents()[:3]
    for number, path in enumerate(away):
        shutil.move(path, shelf / str(number))
    person.go_to_upload(office, test=False)
    Complete(person.page).close()
    assert wizard.result()["missing"] == 3

    other, again = come_back()
    Welcome(other.page).start()
    recovery = Recovery(other.page)
    earlier = other.page.get_by_role("region", name="The last run")
    expect(earlier.get_by_role("heading", name="Live migration of")).to_be_visible()
    expect(earlier).to_contain_text("3 are missing")
    with other.page.expect_download() as download:
        earlier.get_by_role("link", name="Report").click()
    assert away[0].name in download.value.path().read_text(encoding="utf-8")
    with other.page.expect_download() as download:
        earlier.get_by_role("link", name="Receipt").click()
    assert download.value.path().read_bytes() == (tmp_path / "work/receipt.json").read_bytes()

    for number, path in enumerate(away[:2]):
        shutil.move(shelf / str(number), path)
    recovery.resume(Recovery.MISSING)
    Login(other.page).log_in(office.login, office.password)
    upload = Upload(other.page)
    other.page.evaluate(ENDED_SHORT)
    upload.row("Documents").get_by_role("button", name="Succeeded, 3 left behind").click()
    expect(other.page.locator("summary").filter(has_text="3 items left behind")).to_be_focused()
    expect(upload.main.get_by_role("rowheader").filter(has_text=away[0].name)).to_be_visible()
    upload.go_on()
    complete = Complete(other.page)
    complete.says("2 files sent now, 1 still missing.")
    for untrue in ("Changed online", "An e-mail tells", "now converts the database"):
        expect(complete.main.get_by_text(untrue)).to_have_count(0)

    other.page.get_by_role("button", name="Let users in again...").click()
    other.page.get_by_role("dialog").get_by_role("button", name="Let users in again", exact=True).click()
    expect(other.page.get_by_role("heading", level=1)).to_be_focused()  # the button that asked is gone
    complete.says("Users work on site again since")
    complete.says("this migration is out of date")
    complete.close()
    assert (again.result()["sent"]["files"], again.result()["missing"]) == (2, 1)
    third, _ = come_back()
    Welcome(third.page).start()
    Recovery(third.page).says("Users work on site again since")
