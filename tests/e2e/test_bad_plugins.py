"""A plugin that fails, lies, blocks or exits is named, costs nothing, and never passes for success."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.bad import ISOLATED
from tests.e2e.omt import build, run, serving, start
from tests.e2e.test_partner_plugins import PATHS

BAD = ("--plugin", "tests.e2e.bad:Bad")


def doing(what: str) -> Mapping[str, str]:
    return {**PATHS, "OMT_TEST_BAD": what, "OMT_CORE__BLOCK_SECONDS": "0.3"}


@pytest.mark.parametrize("what", ["import:exit", "constructor:exit", "import:close", "constructor:close"])
def test_one_that_exits_while_it_is_loaded_is_broken_and_named(tmp_path: Path, what: str) -> None:
    listed = run("plugins", *BAD, folder=tmp_path, extra=doing(what))
    assert listed.code == 0
    (bad,) = [line for line in listed.lines if line.get("name") == "bad"]
    assert bad["state"] == "broken"


@pytest.mark.parametrize("what", ["import:print", "constructor:print"])
def test_what_one_prints_goes_beside_the_output(tmp_path: Path, what: str) -> None:
    listed = run("plugins", *BAD, folder=tmp_path, extra=doing(what))
    assert listed.code == 0
    assert "fake" not in json.dumps(listed.lines)
    assert "fake" in listed.errors


@pytest.mark.parametrize("what", ["hook:exit", "hook:close", "hook:write"])
def test_one_that_fails_in_a_check_is_an_error_that_stands(tmp_path: Path, what: str) -> None:
    site = build(tmp_path)
    checked = run("check", "--answers", site.answers, *BAD, folder=tmp_path, extra=doing(what))
    assert checked.code == 1
    assert checked.subjects("plugin-raised") == {"plugin:bad"}
    assert len(checked.result["findings"]) == len({json.dumps(one) for one in checked.result["findings"]})


def test_one_that_exits_in_a_task_of_its_own_ends_with_5_and_is_named(tmp_path: Path) -> None:
    site = build(tmp_path)
    checked = run("check", "--answers", site.answers, *BAD, folder=tmp_path, extra=doing("task:exit"))
    assert (checked.code, checked.result["error"]["code"]) == (5, "plugin-raised")
    assert "'bad'" in checked.result["error"]["message"]


@pytest.mark.parametrize("what", ["stages:exit", "items:foreign", "items:nameless", "items:out", "items:exit"])
def test_a_stage_that_breaks_a_rule_stops_the_run_and_costs_nobody_anything(tmp_path: Path, what: str) -> None:
    site = build(tmp_path)
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--workspace", tmp_path / "work", "--answers", site.answer(tenant))
        stopped = run(*words, *BAD, folder=tmp_path, extra=doing(what))
        assert stopped.code == 5
        assert "'bad'" in stopped.result["error"]["message"]
        done = run(*words, folder=tmp_path)
        assert done.code == 0, done.errors
        manifest = (tmp_path / "work" / "manifest.jsonl").read_text(encoding="utf-8")
        assert "bad.py" not in manifest
        assert '"../' not in manifest


def test_one_that_takes_the_code_of_a_default_plugin_is_the_one_that_is_refused(tmp_path: Path) -> None:
    listed = run("plugins", *BAD, folder=tmp_path, extra=doing("nowhere:code"))
    states = {line["name"]: line["state"] for line in listed.lines if "state" in line}
    assert (states["bad"], states["usernames"]) == ("broken", "active")


def test_a_name_that_is_no_plugins_cannot_be_disabled(tmp_path: Path) -> None:
    ended = run("plugins", "--disable-plugin", "uplod", folder=tmp_path)
    assert (ended.code, ended.result["error"]["code"]) == (2, "plugin-unknown")


@pytest.fixture
def not_outliving() -> Iterator[None]:
    """Undo what `nohup` does for whoever runs the tests by it: the tool would outlive its terminal too."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.posix("Windows has no signals that one process can send another")
@pytest.mark.usefixtures("not_outliving")
def test_one_that_blocks_is_named_and_the_third_signal_ends_the_process(tmp_path: Path) -> None:
    site = build(tmp_path)
    with start("check", "--answers", str(site.answers), *BAD, folder=tmp_path, extra=doing("hook:block")) as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "'bad'" in line and "held up" in line)
        assert "The plugin 'bad' in 'validate_users'" in said
        # Three different ones: of one signal that is sent again before it is taken the second is lost.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process.send_signal(number)
        assert process.wait(60) == 130
        assert "'bad' in 'validate_users'" in process.stderr.read()


@pytest.mark.parametrize("way", ["raise", "exit", "wrong"])
def test_one_that_fails_in_every_hook_that_it_may_is_told_for_each_and_all_the_rest_is_moved(
    tmp_path: Path, way: str
) -> None:
    site = build(tmp_path)
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--workspace", tmp_path / "work", "--plugin", "tests.e2e.bad:Everywhere", "--answers")
        stopped = run(*words, site.answer(tenant), folder=tmp_path, extra=doing(f"everywhere:{way}"))
        assert (stopped.code, stopped.result["error"]["code"]) == (1, "findings-stand")
        waived = run(
            *words, site.answer(tenant, waive=["plugin:bad"]), folder=tmp_path, extra=doing(f"everywhere:{way}")
        )
        assert waived.code == 0, waived.errors
    told = {one["message"].split("'")[3] for one in waived.result["findings"] if one["subjects"] == ["plugin:bad"]}
    answers_nothing = {"before_phase", "after_phase", "observe"} if way == "wrong" else set()
    assert told == set(ISOLATED) - answers_nothing
