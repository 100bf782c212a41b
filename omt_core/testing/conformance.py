"""What every plugin must keep to, as tests that a plugin's author gets for three lines.

    class TestMyPlugin(PluginConformance):
        plugin_class = MyPlugin
        name = "my_plugin"

The hooks are asked in a real host against a simulated CRM, in four situations: an ordinary installation, one with
everything wrong in it that the simulator can plant, one with nothing in it, and one whose names are out to do harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import ClassVar, Final, TypeVar

import anyio
import pytest
from typing_extensions import override

from omt_core.api import (
    Finding,
    Item,
    MachineCheck,
    MachineState,
    OmtError,
    Plugin,
    PluginError,
    SourceDatabase,
    Value,
    calls,
)
from omt_core.api.plugin import HOOKS
from omt_core.plugin_host import upload_stages
from omt_core.plugin_host.call_view import ReadOnlyDatabase
from omt_core.plugin_host.manager import check_class
from omt_core.testing.blocking import blocking_place, blocking_refused
from omt_core.testing.crm import BuildOptions, build_crm, open_crm
from omt_core.testing.harness import PluginFaultError, PluginHarness
from omt_core.testing.sample_calls import SampleCalls
from omt_core.testing.samples import hostile_users

A = TypeVar("A")
SITUATIONS: Final = ("ordinary", "planted", "empty", "hostile")
PLANTED: Final = {
    "missing-file": 2, "blank-name": 1, "no-appointment": 1, "missing-associate": 1, "wrong-case": 1, "orphan": 2,
    "hostile-name": 1, "duplicate-email": 1, "invalid-email": 1, "no-email": 1, "email-on-other-card": 1,
    "on-travel": 1, "satellite": 1, "sentry-addon": 1, "model-table-missing": 1,
}  # fmt: skip
_SIZES: Final[Mapping[str, BuildOptions]] = {
    "ordinary": {"users": 6, "documents": 12},
    "planted": {"users": 14, "documents": 20, "plants": PLANTED},
    "empty": {"users": 1, "documents": 0},
}
_ENDS: Final = (".", "!", "?")
_WORDS: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class PluginConformance:
    """Derive from this, name the class Test..., and give the plugin's class, its name and, if need be, settings."""

    plugin_class: ClassVar[type[Plugin]]
    name: ClassVar[str]
    settings: ClassVar[Mapping[str, object]] = {}

    @pytest.fixture(scope="class")
    @classmethod
    def asked(cls, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], _Asked]:
        """Ask the plugin everything in a situation, once for all tests of the class."""
        folder = tmp_path_factory.mktemp("conformance")
        return cache(lambda situation: anyio.run(cls._ask, situation, folder / situation))

    def test_the_host_takes_the_class(self) -> None:
        """Every override is marked, every hook is known, and coroutines are where they shall be."""
        check_class(self.plugin_class)
        PluginHarness(self.plugin_class, self.name, self.settings)

    def test_it_works_without_settings(self) -> None:
        """A plugin is installed before it is set up: a setting without a default would stop the whole tool."""
        PluginHarness(self.plugin_class, self.name)

    def test_every_setting_is_described(self) -> None:
        """Settings are documented from `Field(description=...)`."""
        fields = self.plugin_class.settings_model.described()
        bare = sorted(name for name, field in fields.items() if not field.description)
        _require(not bare, f"These settings have no description: {', '.join(bare)}.")

    def test_its_finding_codes_are_catalogued(self) -> None:
        """Codes are words joined by hyphens, bear the plugin's name, and say what they mean and what to do."""
        for code in PluginHarness(self.plugin_class, self.name, self.settings).plugin.add_finding_codes():
            _require(_WORDS.fullmatch(code.code) is not None, f"{code.code!r} is not words joined by hyphens.")
            _require(code.plugin == self.name, f"{code.code!r} names the plugin {code.plugin!r}, not {self.name!r}.")
            _require(bool(code.meaning.strip()), f"{code.code!r} does not say what it means.")
            _require(bool(code.remedy.strip()), f"{code.code!r} does not say what to do.")

    def test_its_error_codes_are_catalogued(self) -> None:
        """Codes are words joined by hyphens, and say in sentences what happened and what to do."""
        for code in PluginHarness(self.plugin_class, self.name, self.settings).plugin.add_error_codes():
            _require(_WORDS.fullmatch(code.code) is not None, f"{code.code!r} is not words joined by hyphens.")
            _require(code.meaning.endswith(_ENDS), f"{code.code!r} does not say in a sentence what happened.")
            _require(code.remedy.endswith(_ENDS), f"{code.code!r} does not say in a sentence what to do.")

    @pytest.mark.parametrize("situation", SITUATIONS)
    def test_it_answers_as_its_hooks_say(self, situation: str, asked: Callable[[str], _Asked]) -> None:
        """No hook raises, answers another type, or reports a code that the plugin never named.

        An error about the world outside may end a hook, and is one that the plugin named as well.
        """
        asked(situation)

    @pytest.mark.parametrize("situation", SITUATIONS)
    def test_it_says_the_same_when_asked_again(self, situation: str, asked: Callable[[str], _Asked]) -> None:
        """A check that is run again after mending shows what was mended, and nothing else changes."""
        found = asked(situation)
        _require(found.findings == found.again, "The findings differ between two runs on the same installation.")

    @pytest.mark.parametrize("situation", SITUATIONS)
    def test_its_findings_can_be_read(self, situation: str, asked: Callable[[str], _Asked]) -> None:
        """Each has a sentence, a remedy, and subjects that are texts."""
        for finding in asked(situation).findings:
            _require(bool(finding.message.strip()), f"A finding {finding.code!r} has no message.")
            _require(bool(finding.remedy.strip()), f"A finding {finding.code!r} has no remedy.")
            texts = all(isinstance(subject, str) for subject in finding.subjects)
            _require(texts, f"A finding {finding.code!r} has subjects that are not texts.")

    @pytest.mark.parametrize("situation", SITUATIONS)
    def test_what_it_says_of_the_machine_can_be_read(self, situation: str, asked: Callable[[str], _Asked]) -> None:
        """Each line has a name of words joined by hyphens and a sentence; one that needs care has a remedy too."""
        for line in asked(situation).lines:
            _require(_WORDS.fullmatch(line.name) is not None, f"{line.name!r} is not words joined by hyphens.")
            _require(bool(line.message.strip()), f"A line {line.name!r} about the machine has no message.")
            needs_care = line.state in {MachineState.WARNING, MachineState.ERROR}
            _require(not needs_care or bool(line.remedy.strip()), f"A line {line.name!r} has no remedy.")

    @pytest.mark.parametrize("situation", SITUATIONS)
    def test_it_does_not_hold_up_the_event_loop(self, situation: str, asked: Callable[[str], _Asked]) -> None:
        """Files, processes and blocking sockets belong in a thread: `anyio.to_thread.run_sync`."""
        waited = asked(situation).waited
        _require(waited is None, f"It waits on the event loop: {waited}. Do that by `anyio.to_thread.run_sync`.")

    @pytest.mark.parametrize("situation", SITUATIONS)
    def test_it_writes_nothing_on_site(self, situation: str, asked: Callable[[str], _Asked]) -> None:
        """Only freeze and thaw may."""
        writes = asked(situation).writes
        _require(not writes, f"It tried to write to the database on site: {'; '.join(writes)}.")

    @classmethod
    async def _ask(cls, situation: str, folder: Path) -> _Asked:
        harness = PluginHarness(cls.plugin_class, cls.name, cls.settings)
        size = _SIZES.get(situation, _SIZES["ordinary"])
        async with open_crm(await build_crm(folder / "installation", **size)) as crm:
            database = _GuardedDatabase(crm.calls.database)
            samples = replace(crm.calls, database=database)
            if situation == "empty":
                samples = replace(samples, users=())
            elif situation == "hostile":
                samples = replace(samples, users=hostile_users())
            waited = None
            try:
                with blocking_refused():
                    first = await ask_everything(harness, samples, folder)
            except (PluginFaultError, PluginError) as fault:
                if (waited := _waited(fault)) is None:
                    raise
                # Judged by a test of its own: the others judge what the plugin says when it is let wait.
                first = await ask_everything(harness, samples, folder)
            again = await ask_everything(harness, samples, folder)
        return _Asked(
            findings=_of_kind(Finding, first),
            again=_of_kind(Finding, again),
            lines=_of_kind(MachineCheck, first),
            waited=waited,
            writes=database.writes,
        )


async def ask_everything(harness: PluginHarness, samples: SampleCalls, workspace: Path) -> Mapping[str, object]:
    """Ask every hook that the plugin implements and `samples` has a call for, once, and return answers by hook.

    Raises `PluginFaultError` or `PluginError` for whatever the host would hold against the plugin, and for an error
    with a code that it never named.
    """
    try:
        return await _answers(harness, samples, workspace)
    except OmtError as error:
        if error.code in harness.host.error_codes:
            raise
        unnamed = f"It lets out an error with the code {error.code!r}, which it never named: {error.message}"
        raise PluginFaultError(unnamed) from error


async def _answers(harness: PluginHarness, samples: SampleCalls, workspace: Path) -> Mapping[str, object]:
    answers: dict[str, object] = {}
    for name, hook in HOOKS.items():
        if hook.call is None or not harness.dispatch.implementers(hook.function):
            continue
        if hook.call is calls.ContributeUploadStages:
            answers[name] = await _inventory(harness, samples, workspace)
        elif hasattr(samples, name):
            answers[name] = await harness.ask(hook, getattr(samples, name)())
    return answers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What came of asking twice: findings, lines, a call that waited on the event loop, statements that would write."""

    findings: Sequence[Finding]
    again: Sequence[Finding]
    lines: Sequence[MachineCheck]
    waited: str | None
    writes: Sequence[str]


def _waited(fault: Exception) -> str | None:
    """Return which call blocked, where, and in which hook of which plugin; None where it is another fault."""
    place = blocking_place(fault)
    return None if place is None else f"{place} ({str(fault).rstrip('.')})"


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - read as a sentence
    if not holds:
        raise PluginFaultError(otherwise)


class _GuardedDatabase(ReadOnlyDatabase):
    """The view that plugins get in a run, which also remembers what they tried to write.

    The on-site installation is only ever written to by freeze and thaw; `writes` holds the statements of anybody else.
    """

    def __init__(self, database: SourceDatabase) -> None:
        super().__init__(database)
        self.writes: list[str] = []

    @override
    async def write(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        self.writes.append(sql)
        return await super().write(sql, parameters)


def _of_kind(kind: type[A], answers: Mapping[str, object]) -> Sequence[A]:
    """Return everything of a kind among answers."""
    return [one for answer in answers.values() if isinstance(answer, list) for one in answer if isinstance(one, kind)]


async def _inventory(harness: PluginHarness, samples: SampleCalls, workspace: Path) -> Sequence[Item]:
    items: list[Item] = []
    async with samples.database.snapshot() as snapshot:
        stages = await upload_stages(
            harness.dispatch,
            calls.ContributeUploadStages(
                installation=samples.installation,
                database=samples.database,
                workspace=workspace,
                snapshot=snapshot,
                run=samples.run,
            ),
        )
        try:
            for stage in stages:
                items += [item async for batch in stage.items() for item in batch]
        except PluginError as error:
            raise PluginFaultError(error.message) from error
    return items
