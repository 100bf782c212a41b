"""`omt plugins check`: the conformance suite for a plugin that is installed, in a process of its own.

A plugin may do anything while it is tried, so that nothing of it is in this process. pytest's own report is read.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

import anyio
from defusedxml import ElementTree

from omt_core.api.files import temporary_folder
from omt_core.api.sentence import joined, sentence
from omt_core.cli.errors import PLUGIN_NOT_TRIED, TESTS_NOT_INSTALLED
from omt_core.plugin_host import Candidate

_SUITE: Final = """
from importlib import import_module
from operator import attrgetter

from omt_core.testing.conformance import PluginConformance


class TestPlugin(PluginConformance):
    plugin_class = attrgetter({attribute!r})(import_module({module!r}))
    name = {name!r}
"""
_NEEDED: Final = ("pytest", "blockbuster")
_ALL_PASSED, _SOME_FAILED = 0, 1
_LINES_OF_A_FAULT: Final = 20
_LONGEST: Final = 15 * 60.0
"""Seconds for the whole suite, which takes some of them: a plugin that hangs shall not hold the command for ever."""


Outcome: TypeAlias = Literal["passed", "failed", "skipped"]


class Tried(NamedTuple):
    """A test of the suite, how it ended, and what it said where it did not pass."""

    test: str
    outcome: Outcome
    message: str


async def tried(plugin: Candidate) -> Sequence[Tried]:
    """Run the suite. Raises `InputError` where that cannot be done here."""
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise TESTS_NOT_INSTALLED.error()
    if plugin.plugin_class is None:
        name, state = repr(plugin.name), plugin.state.value
        raise PLUGIN_NOT_TRIED.error(
            sentence("The plugin {name} is {state}: {problem}.", name=name, state=state, problem=plugin.problem)
            if plugin.problem
            else sentence("The plugin {name} is {state}.", name=name, state=state)
        )
    with temporary_folder() as made:
        folder = anyio.Path(made)
        suite, report = folder / "test_plugin.py", folder / "report.xml"
        found = plugin.plugin_class
        text = _SUITE.format(module=found.__module__, attribute=found.__qualname__, name=plugin.name)
        await suite.write_text(text, encoding="utf-8")
        words = (
            "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(made), f"--junitxml={report}",
            str(suite),
        )  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
        command = [sys.executable, "-m", "pytest", *words]
        done = None
        with anyio.move_on_after(_LONGEST):
            done = await anyio.run_process(command, check=False, env=environment, cwd=made)
        if done is None:
            told = sentence(
                "It did not end within {minutes:.0f} minutes and was stopped: a hook of the plugin hangs.",
                minutes=_LONGEST / 60,
            )
            return [Tried(sentence("the suite"), "failed", told)]
        if done.returncode not in {_ALL_PASSED, _SOME_FAILED} or not await report.exists():
            said = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()
            return [Tried(sentence("the suite"), "failed", "\n".join(said[-_LINES_OF_A_FAULT:]))]
        return _read(await report.read_bytes())


def summary(tests: Sequence[Tried]) -> str:
    """Say how many tests ended how; one that was skipped has shown nothing."""
    if all(one.outcome == "passed" for one in tests):
        return sentence("All {count:,} tests passed.", count=len(tests))
    counts = Counter(one.outcome for one in tests)
    told = [
        sentence("{number:,} passed", number=counts["passed"]),
        sentence("{number:,} failed", number=counts["failed"]),
        sentence("{number:,} skipped", number=counts["skipped"]),
    ]
    return sentence(
        "{count:,} tests: {outcomes}.",
        count=len(tests),
        outcomes=joined(one for one in told if one.parameters["number"]),
    )


def _read(report: bytes) -> Sequence[Tried]:
    tests = []
    for case in ElementTree.fromstring(report).iter("testcase"):
        name, message = case.get("name", ""), ""
        outcome: Outcome = "passed"
        for part in case:
            if part.tag in {"failure", "error"}:
                outcome, message = "failed", part.get("message", "")
            elif part.tag == "skipped":
                outcome, message = "skipped", part.get("message", "")
        tests.append(Tried(name, outcome, message))
    return tests
