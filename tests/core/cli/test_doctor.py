"""`omt doctor` as a person and a program see it: lines, a verdict, an exit code, and nothing that it left behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from omt_core.cli.main import main


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[Any]]]:
    """Ask, and return the exit code with all JSON lines."""

    def ask(*words: str | Path) -> tuple[int, list[Any]]:
        code = main(["doctor", *map(str, words), "--json"])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return ask


def named(said: list[Any], name: str) -> Mapping[str, Any]:
    (line,) = (one for one in said if one.get("name") == name)
    return line


def test_without_an_installation_and_a_tenant_it_ends_well_and_says_what_was_not_looked_at(
    doctor: Callable[..., tuple[int, list[Any]]], tmp_path: Path
) -> None:
    code, said = doctor("--workspace", tmp_path / "work")
    assert (code, said[-1]["event"], said[-1]["exit_code"]) == (0, "result", 0)
    for name in ("installation", "tenant"):
        assert (named(said, name)["event"], named(said, name)["state"]) == ("machine", "not-checked")
    assert all(set(line) >= {"event", "name", "state", "plugin", "message", "remedy"} for line in said[:-1])
    assert {"template", "parameters"} <= set(named(said, "tenant"))
    assert not (tmp_path / "work").exists()


def test_with_answers_it_looks_at_the_installation_and_fetches_no_password(
    doctor: Callable[..., tuple[int, list[Any]]], omt_installation: Any
) -> None:
    folder = omt_installation(users=2, documents=1)
    answers = folder / "answers.toml"
    text = answers.read_text(encoding="utf-8")
    nowhere = '[installation]\npassword = { env = "OMT_NO_SUCH_VARIABLE" }\n'
    answers.write_text(text.replace("[installation]\n", nowhere), encoding="utf-8")
    code, said = doctor("--answers", answers)
    assert code == 0, said
    assert named(said, "installation")["state"] == "ok"
    assert named(said, "service-config")["state"] == "ok"


def test_a_plugin_that_does_not_load_is_a_line_and_exit_code_1(
    doctor: Callable[..., tuple[int, list[Any]]],
) -> None:
    code, said = doctor("--plugin", "no_such_module_here:Plugin")
    assert (code, said[-1]["error"]) == (1, None)
    (bad,) = (line for line in said[:-1] if line["state"] == "error")
    assert (bad["name"], "no_such_module_here" in bad["message"]) == ("plugins", True)
    assert said[0] == bad


def test_a_person_reads_lines_with_what_to_do_below_and_a_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert main(["doctor", "--workspace", str(tmp_path / "file" / "work")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("error         workspace (core): The workspace cannot be in ")
    assert lines[1].strip() == "Give another --workspace."
    assert lines[-1] == "This machine is not ready: see to the errors."


def test_what_was_not_looked_at_is_counted_and_not_called_well(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["doctor", "--workspace", str(tmp_path / "work")]) == 0
    lines = capsys.readouterr().out.splitlines()
    unseen = sum(line.startswith("not checked ") for line in lines)
    assert unseen >= 5
    assert lines[-1] == f"This machine: what was looked at is well; {unseen} things were not looked at."


def test_that_no_online_side_is_named_is_said_in_the_language_of_the_rest(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    main(["doctor", "--workspace", str(tmp_path / "work"), "--language", "de"])
    (line,) = (line for line in capsys.readouterr().out.splitlines() if " tenant (online)" in line)
    assert line.endswith("Es ist keine Online-Seite genannt. Der Weg dorthin wurde nicht angesehen.")
