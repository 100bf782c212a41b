"""The demo runs the public commands as processes; here they are a fake program's."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from omt_core.api.errors import InputError, OnlineError
from omt_simulator.commands.demo import DEMO
from tests.plugins.omt_simulator.commands.console import Console

pytestmark = pytest.mark.posix("the fake tenant notes its end by a POSIX signal")
FAKE = Path(__file__).with_name("fake_omt.py")


@pytest.fixture
def console(tmp_path):
    return Console(tmp_path / "data", FAKE, tmp_path / "log")


@pytest.fixture
def calls(tmp_path):
    def read():
        return [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]

    return read


def test_it_simulates_serves_migrates_and_verifies_and_stops_the_tenant(console, calls, tmp_path, capfd):
    demo = tmp_path / "data" / "demo"
    assert console.run(DEMO) == 0
    installation, migration = str(demo / "installation"), str(demo / "migration")
    assert calls() == [
        ["simulate", installation],
        ["tenant", "serve", str(demo / "tenant"), "--plans", "ten-sales:9"],
        ["migrate", "--answers", f"{installation}/answers-with-tenant.toml", "--workspace", migration],
        ["verify", f"{migration}/receipt.json"],
        ["tenant", "stopped"],
    ]
    assert "migrating live" in capfd.readouterr().out
    for shown in ("receipt.json", "report.html", str(demo / "tenant"), "Run the same command again"):
        assert shown in console.text


def test_the_answers_get_the_tenants_address(console, tmp_path):
    console.run(DEMO, "--workspace", tmp_path / "here", "--test-migration")
    path = tmp_path / "here" / "installation" / "answers-with-tenant.toml"
    answers = tomllib.loads(path.read_text(encoding="utf-8"))
    assert answers["test_migration"] is True
    assert answers["login"] == {"user": "HH"}
    assert answers["online"] == {"url": "http://127.0.0.1:1", "token_file": str(tmp_path / "here" / "tenant" / "tokén")}


def test_a_second_run_recovers_what_was_missing(console, calls):
    console.run(DEMO, "--documents", 9)
    console.run(DEMO, "--documents", 9)
    assert [call[0] for call in calls()].count("simulate") == 1
    first, second = (call for call in calls() if call[0] == "migrate")
    assert second == [*first, "--recover", "missing"]


def test_a_workspace_with_another_installation_is_refused(console, tmp_path):
    console.run(DEMO, "--users", 7)
    with pytest.raises(InputError, match="--users 7"):
        console.run(DEMO, "--users", 8)


@pytest.mark.parametrize("step", ["simulate", "migrate", "verify"])
def test_the_first_step_that_fails_ends_it_with_its_exit_code(console, calls, tmp_path, step):
    (tmp_path / "fail").write_text(step)
    assert console.run(DEMO) == 3
    assert [call[0] for call in calls() if call[1] != "stopped"][-1] == step
    assert [call for call in calls() if call[0] == "tenant"][1:] == (
        [] if step == "simulate" else [["tenant", "stopped"]]
    )
    assert "exit code 3" in console.text


def test_a_tenant_that_does_not_start_is_named(console, tmp_path):
    (tmp_path / "fail").write_text("tenant")
    with pytest.raises(OnlineError, match="tenant did not start"):
        console.run(DEMO)


def test_a_program_gets_the_lines_of_the_migration_and_its_result_as_the_demos(console, capfd):
    console.json = True
    assert console.run(DEMO) == 0
    assert capfd.readouterr().out == ""
    assert [json.loads(line)["message"] for line in console.lines if line.startswith("{")] == ["migrating live"]
    assert console.finished == (0, {"kind": "test", "sent": {"files": 7, "bytes": 70}})


def test_a_demo_that_failed_before_its_migration_has_no_result_of_one(console, tmp_path):
    console.json = True
    (tmp_path / "fail").write_text("simulate")
    console.run(DEMO)
    assert console.finished == (3, {})
