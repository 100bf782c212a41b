"""Files that are missing: looked for before the upload, and named the same after it."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewPerson, StartWizard
from tests.browser.screens.beginning import Confirm, Login, Recovery, Welcome
from tests.browser.screens.checklist import Checklist, Checks
from tests.browser.screens.uploading import Complete
from tests.browser.sites import Office
from tests.e2e.omt import Tenant, run


def row(inside: Locator, name: str) -> Locator:
    """The line of a file."""
    return inside.get_by_role("row").filter(has_text=name)


def test_missing_files_are_listed_with_their_whole_path_before_the_upload_and_after_it(
    start_wizard: StartWizard, new_person: NewPerson, office: Office, tmp_path: Path
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    renamed, away = office.documents()[:2]
    expected = "C:\\SO_ARC\\" + "\\".join(renamed.relative_to(office.archive.parent).parts)
    other = renamed.with_name(f"{renamed.stem}(2){renamed.suffix}")
    renamed.rename(other)
    shutil.move(away, shelf)
    person = new_person(permissions=["clipboard-read", "clipboard-write"])
    person.open(start_wizard().link)
    checklist = person.review(person.go_to_checklist(office))
    checklist.open(Checklist.CHECKS)
    checks = Checks(person.page)
    summary = person.page.get_by_text(
        "2 files are missing or cannot be read: where they should be, and what may be them"
    )
    summary.click()
    listed = checks.main.get_by_role("group").filter(has=summary)
    expect(listed.get_by_role("row")).to_have_count(3)
    search = listed.get_by_role("searchbox", name="Filter by path, name or number")
    search.fill(expected)
    expect(listed.get_by_role("row")).to_have_count(2)
    line = row(listed, renamed.name)
    expect(line).to_contain_text(f"Expected as {expected}")
    nearest = expected.replace(renamed.name, other.name)
    expect(line).to_contain_text(f"Perhaps {nearest}")
    line.get_by_role("button", name=f"Copy {nearest}", exact=True).click()
    assert person.page.evaluate("navigator.clipboard.readText()") == nearest
    with person.page.expect_download() as download:
        listed.get_by_role("link", name="All as CSV").click()
    before = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert before[0] == "part,id,name,expected_path,size,date,reason,nearest_files,detail"
    assert sorted(expected in one for one in before[1:]) == [False, True]

    checks.back()
    Checklist(person.page).start(live=False)
    complete = Complete(person.page)
    line = row(complete.main, renamed.name)
    expect(line).to_contain_text(f"Expected as {expected}")
    expect(line).to_contain_text(f"Perhaps {nearest}")
    with person.page.expect_download() as download:
        complete.main.get_by_role("link", name="All as CSV").click()
    assert sorted(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == sorted(before)


def test_checks_that_wait_for_a_folder_say_so_for_as_long_as_they_wait(
    start_wizard: StartWizard, new_person: NewPerson, office: Office, tenant: Tenant, tmp_path: Path
) -> None:
    """A folder that is away answers as one that is empty; what is said at the edge of the page does not stay."""
    answers = office.site.answer(tenant, name="test.toml", test_migration=True)
    words = ("migrate", "--answers", answers, "--workspace", tmp_path / "work")
    assert run(*words, folder=tmp_path, extra=office.settings).code == 0
    only = next(path for path in office.documents() if len(list(path.parent.iterdir())) == 1)
    only.rename(tmp_path / only.name)
    person = new_person()
    person.open(start_wizard().link)
    Welcome(person.page).start()
    Recovery(person.page).resume(Recovery.OVERWRITE)
    Login(person.page).log_in(office.login, office.password)
    Confirm(person.page).confirm(test=True)
    checklist = Checklist(person.page)
    away = f"The folder C:\\SO_ARC\\HH\\{only.parent.name} does not answer"
    checklist.shows(Checklist.CHECKS, "Running")
    expect(checklist.item(Checklist.CHECKS)).to_contain_text(away)
    person.page.reload()
    expect(checklist.item(Checklist.CHECKS)).to_contain_text(away)
    checklist.open(Checklist.CHECKS)
    Checks(person.page).says(away)
    shutil.move(tmp_path / only.name, only)
    Checks(person.page).says("Nothing blocks the upload")
    expect(Checks(person.page).main.get_by_text(away)).to_have_count(0)


def test_a_finding_leads_to_exactly_its_files_and_their_reason_is_said_in_words(
    start_wizard: StartWizard, new_person: NewPerson, office: Office
) -> None:
    """On the page Checks; after the upload too the words stand before the code."""
    gone, also_gone, broken = office.documents()[:3]
    gone.unlink()
    also_gone.unlink()
    broken.unlink()
    broken.symlink_to(broken.with_name("nowhere"))
    person = new_person()
    person.open(start_wizard().link)
    checklist = person.review(person.go_to_checklist(office))
    checklist.open(Checklist.CHECKS)
    checks = Checks(person.page)
    listed = checks.main.get_by_role("group").filter(has_text="files are missing or cannot be read")
    checks.finding("document-file-missing").get_by_role("button", name="Show the 2 files in the list").click()
    expect(listed.get_by_role("row")).to_have_count(3)
    for file in (gone, also_gone):
        line = row(listed, file.name)
        expect(line).to_contain_text("The database knows a document whose file is in no archive")
        expect(line.get_by_role("button", name="document-file-missing", exact=True)).to_be_visible()
    checks.finding("file-unreadable").get_by_role("button", name="Show the file in the list").click()
    expect(listed.get_by_role("row")).to_have_count(2)
    expect(row(listed, broken.name)).to_contain_text("A file is there but cannot be read")
    listed.get_by_role("combobox", name="Reason").select_option("All reasons")
    expect(listed.get_by_role("row")).to_have_count(4)

    checks.back()
    Checklist(person.page).start(live=False)
    complete = Complete(person.page)
    left = complete.main.get_by_role("group").filter(has_text="left behind")
    expect(row(left, gone.name)).to_contain_text("The database knows a document whose file is in no archive")
