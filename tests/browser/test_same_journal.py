"""The command line and the wizard drive one session: the same decisions give the same journal."""

from __future__ import annotations

from pathlib import Path

from tests.browser.conftest import NewPerson
from tests.browser.journals import Held, held
from tests.browser.screens.beginning import Confirm
from tests.browser.screens.checklist import Checklist, Notifications
from tests.browser.screens.plans import Plans
from tests.browser.screens.uploading import Complete
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office
from tests.browser.wizard import Wizard
from tests.e2e.omt import run, serving

DECIDED = """
[plans.assign]
"ÞG" = "ten-service"

[usernames.assign]
HH = "hh1@nordlys.example.com"
"""


def test_the_same_decisions_give_the_same_journal_by_clicks_and_by_command(
    built_office: Office, new_person: NewPerson, tmp_path: Path
) -> None:
    """Decisions, pins but times and ids, phases, stages, items with states and digests, the receipts' roots."""
    by_command = migrate_by_command(built_office, tmp_path / "command")
    by_clicks = migrate_by_clicks(built_office, tmp_path / "clicks", new_person)
    for part in ("stages", "items", "pins", "phases", "plugins", "roots"):
        assert getattr(by_clicks, part) == getattr(by_command, part), part


def migrate_by_command(built: Office, folder: Path) -> Held:
    folder.mkdir()
    office = built.copy(folder)
    with serving(folder, words=office.site.plans) as tenant:
        answers = office.site.answer(tenant)
        text = answers.read_text(encoding="utf-8").replace(
            '[plans]\ndefault = "match"\n', f'[plans]\ndefault = "match"\n{DECIDED}'
        )
        answers.write_text(text, encoding="utf-8")
        done = run(
            "migrate", "--answers", answers, "--workspace", folder / "work", folder=folder, extra=office.settings
        )
    assert done.code == 0, done.errors
    return held(folder)


def migrate_by_clicks(built: Office, folder: Path, new_person: NewPerson) -> Held:
    folder.mkdir()
    office = built.copy(folder)
    with serving(folder, words=office.site.plans) as tenant:
        words = ("--answers", office.site.answer(tenant), "--workspace", folder / "work")
        wizard = Wizard(*words, folder=folder, extra=office.settings)
        try:
            person = new_person(viewport={"width": 1600, "height": 1000})
            person.open(wizard.link)
            person.go_to_login().log_in(office.login, office.password)
            Confirm(person.page).confirm(test=False)
            Checklist(person.page).open(Checklist.PLANS)
            plans = Plans(person.page)
            plans.drag("ÞG", "ten-service")
            plans.ok()
            Checklist(person.page).open(Checklist.USER_NAMES)
            names = UserNames(person.page)
            names.enter("HH", "hh1@nordlys.example.com")
            names.ok()
            Checklist(person.page).open(Checklist.NOTIFICATIONS)
            Notifications(person.page).ok()
            Checklist(person.page).start(live=True)
            Complete(person.page).close()
            assert wizard.result()["exit_code"] == 0
        finally:
            wizard.end()
    return held(folder)
