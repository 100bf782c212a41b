"""`omt plugins new` and `omt plugins check`: a plugin to begin with, and one that is tried."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api import InputError
from omt_core.cli.own_plugin import trial
from omt_core.cli.own_plugin.distribution import LONGEST, plugin_name, write_plugin
from omt_core.plugin_host import Candidate, PluginState
from tests.core.plugin_host import plugins
from tests.e2e.omt import run


@pytest.mark.parametrize("text", ["call_notes", "call-notes", "Call.Notes", "CALL__NOTES"])
def test_a_name_is_one_however_it_is_written(text: str) -> None:
    name = plugin_name(text, [])
    assert (name.module, name.hyphens, name.words, name.distribution) == (
        "call_notes", "call-notes", "CallNotes", "omt-call-notes",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "1st", "-x", "x-", "../x", "a/b", "a b", "naïve", "x\n", "class", "a" * (LONGEST + 1), 'x"; rm']
)
def test_a_name_that_is_none_of_a_plugin_is_refused(text: str) -> None:
    with pytest.raises(InputError) as told:
        plugin_name(text, [])
    assert told.value.code == "plugin-name-unusable"


@pytest.mark.parametrize("text", ["core", "json", "omt_core", "Archive", "pytest"])
def test_a_name_that_something_has_already_is_refused(text: str) -> None:
    with pytest.raises(InputError) as told:
        plugin_name(text, ["archive"])
    assert told.value.code == "plugin-name-taken"


@given(st.text())
def test_whatever_is_taken_for_a_name_is_one_of_a_module(text: str) -> None:
    try:
        name = plugin_name(text, [])
    except InputError:
        return
    assert name.module.isidentifier()
    assert name.module.isascii()


def test_what_is_written_is_a_distribution_of_that_plugin(tmp_path: Path) -> None:
    folder = tmp_path / "omt-call-notes"
    written = write_plugin(plugin_name("call_notes", []), folder)
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "omt-call-notes"
    assert project["entry-points"]["omt.plugins"] == {"call_notes": "call_notes:CallNotesPlugin"}
    assert {path.relative_to(folder).as_posix() for path in written} == {
        ".github/workflows/tests.yml", "README.md", "call_notes/__init__.py", "call_notes/py.typed", "pyproject.toml",
        "tests/test_call_notes.py",
    }  # fmt: skip
    assert not [path for path in written if "$" in path.read_text(encoding="utf-8")]


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff comes with the extra `dev` only")
@pytest.mark.parametrize("text", ["x", "zebra-notes", "a" * LONGEST])
def test_what_is_written_has_nothing_that_ruff_would_change(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "written"
    write_plugin(plugin_name(text, []), folder)
    for words in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--no-cache"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError) as told:
        write_plugin(plugin_name("call_notes", []), tmp_path)
    assert told.value.code == "plugin-folder-not-empty"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_way_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as told:
        write_plugin(plugin_name("call_notes", []), tmp_path / "file" / "below")
    assert told.value.code == "plugin-folder-not-writable"


def test_a_plugin_that_breaks_a_rule_fails_the_check_and_the_rule_is_told(tmp_path: Path) -> None:
    write_plugin(plugin_name("call_notes", []), tmp_path / "it")
    file = tmp_path / "it/call_notes/__init__.py"
    source = file.read_text(encoding="utf-8")
    file.write_text(source.replace(', description="How the logins of programs begin."', ""), encoding="utf-8")
    words = ("plugins", "check", "call_notes", "--plugin", "call_notes:CallNotesPlugin")
    done = run(*words, folder=tmp_path, extra={"PYTHONPATH": str(tmp_path / "it")})
    tests = {line["test"]: line for line in done.lines if line["event"] == "test"}
    assert done.code == done.result["exit_code"] == 1
    assert [name for name, line in tests.items() if line["outcome"] == "failed"] == ["test_every_setting_is_described"]
    assert "prefixes" in tests["test_every_setting_is_described"]["message"]


def test_a_plugin_that_is_not_there_is_no_plugin_to_check(tmp_path: Path) -> None:
    done = run("plugins", "check", "nothing", folder=tmp_path)
    assert (done.code, done.result["error"]["code"]) == (2, "plugin-unknown")


async def _check(plugin: Candidate) -> str:
    with pytest.raises(InputError) as told:
        await trial.tried(plugin)
    return told.value.code


BROKEN = Candidate(
    name="x", version="1", source="x 1", default=False, state=PluginState.BROKEN, problem="it cannot be imported"
)


@pytest.mark.anyio
async def test_a_plugin_that_is_broken_is_not_tried() -> None:
    assert await _check(BROKEN) == "plugin-not-tried"


GOOD = Candidate(
    name="good", version="1", source="x 1", default=False, state=PluginState.ACTIVE, plugin_class=plugins.Good
)


@pytest.mark.anyio
async def test_a_suite_that_does_not_end_is_stopped_and_told_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_SUITE", "import threading\n\n\ndef test_it():\n    threading.Event().wait()\n")
    monkeypatch.setattr(trial, "_LONGEST", 1.0)
    (told,) = await trial.tried(GOOD)
    assert (told.outcome, "did not end" in told.message) == ("failed", True)


@pytest.mark.anyio
async def test_a_test_that_was_skipped_is_not_told_as_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    suite = "import pytest\n\n\ndef test_it():\n    pass\n\n\ndef test_other():\n    pytest.skip('not here')\n"
    monkeypatch.setattr(trial, "_SUITE", suite)
    tests = await trial.tried(GOOD)
    assert [one.outcome for one in tests] == ["passed", "skipped"]
    assert trial.summary(tests) == "2 tests: 1 passed, 1 skipped."
    assert trial.summary(tests[:1]) == "All 1 tests passed."


@pytest.mark.anyio
async def test_without_pytest_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_NEEDED", ("no_such_module",))
    assert await _check(BROKEN) == "tests-not-installed"
