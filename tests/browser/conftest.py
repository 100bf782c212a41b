"""A browser, an installation, a tenant, the wizard, and a person who uses it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import PATIENCE_MS, chromium
from tests.browser.person import Person
from tests.browser.sites import Office, build_office
from tests.browser.wizard import Wizard
from tests.e2e.omt import Tenant, serving

collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []  # processes are killed and interrupted

NewPerson = Callable[..., Person]
StartWizard = Callable[..., Wizard]
ComeBack = Callable[..., tuple[Person, Wizard]]
_PEOPLE: pytest.StashKey[list[Person]] = pytest.StashKey()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each person has a context of their own."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def built_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The installation that most tests begin with, as it was built."""
    return build_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(built_office: Office, tmp_path: Path) -> Office:
    """A copy of it, to be changed."""
    return built_office.copy(tmp_path)


@pytest.fixture
def tenant(office: Office, tmp_path: Path) -> Iterator[Tenant]:
    """A tenant in a process of its own."""
    with serving(tmp_path, words=office.site.plans) as running:
        yield running


@pytest.fixture
def start_wizard(office: Office, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartWizard]:
    """Start the wizard, with the answers that find installation and tenant; the workspace is the same each time."""
    started: list[Wizard] = []

    def start(*words: str, answers: bool = True, extra: dict[str, str] | None = None) -> Wizard:
        given: list[str | Path] = [*words]
        if answers:
            given += ["--answers", office.site.answer(request.getfixturevalue("tenant"))]
        wizard = Wizard(
            *given, "--workspace", tmp_path / "work", folder=tmp_path, extra={**office.settings, **(extra or {})}
        )
        started.append(wizard)
        return wizard

    yield start
    for wizard in started:
        wizard.end()


@pytest.fixture
def new_person(browser: Browser, request: pytest.FixtureRequest) -> Iterator[NewPerson]:
    """Let a person sit down; keywords are those of a browser's context. Their pages must complain of nothing."""
    people = request.node.stash.setdefault(_PEOPLE, [])
    with ExitStack() as stack:

        def sit_down(**options: Any) -> Person:
            settings = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
            context = browser.new_context(**{**settings, **options})
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            context.tracing.start(snapshots=True)
            person = Person(context)
            people.append(person)
            return person

        yield sit_down
        complained = [one for person in people for one in person.complaints.unexpected()]
    assert complained == []


@pytest.fixture
def wizard(start_wizard: StartWizard) -> Wizard:
    """A wizard that finds everything by its answers."""
    return start_wizard()


@pytest.fixture
def person(new_person: NewPerson, wizard: Wizard) -> Person:
    """Somebody who has opened its link."""
    somebody = new_person()
    somebody.open(wizard.link)
    return somebody


@pytest.fixture
def come_back(start_wizard: StartWizard, new_person: NewPerson) -> ComeBack:
    """Start the tool once more, on another day, and open its link in a browser that knows nothing of earlier ones."""

    def start_again(**options: Any) -> tuple[Person, Wizard]:
        wizard = start_wizard()
        somebody = new_person(**options)
        somebody.open(wizard.link)
        return somebody, wizard

    return start_again


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what was seen when a test fails, and name where."""
    report = yield
    if report.when == "call" and report.failed:
        for number, person in enumerate(item.stash.get(_PEOPLE, [])):
            report.sections.append((f"browser {number + 1}", _keep(person, item)))
    return report


def _keep(person: Person, item: pytest.Item) -> str:
    folder: Path = item.config._tmp_path_factory.mktemp("seen")  # type: ignore[attr-defined]  # pytest has no public way outside a fixture
    person.context.tracing.stop(path=folder / "trace.zip")
    for number, page in enumerate(person.context.pages):
        page.screenshot(path=folder / f"{number + 1}.png", full_page=True, animations="disabled")
    said = "\n".join(person.complaints.heard)
    return f"screenshots and trace.zip (playwright show-trace): {folder}\n{said}"
