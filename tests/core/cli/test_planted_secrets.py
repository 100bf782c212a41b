"""A secret that was written into the wrong place is repeated nowhere: not on screen, not in JSON, not in the log."""

from __future__ import annotations

import json
import os
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from omt_core.api.errors import InputError
from omt_core.app import compose
from omt_core.cli.main import main
from omt_simulator import SimulationSpec, generate
from tests.core.given_keys import ANSWERS, LOGIN, SETTINGS, merged, nested, setting

SECRET = "pLanted-s3cret"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OMT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "machine").mkdir()


class Tool:
    """The command line, and everything that it wrote."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys

    def check(self, answers: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> str:
        """Run `omt check --debug` for a person and for a program; return the error of the latter as it was told."""
        (self._folder / "answers.toml").write_text(tomli_w.dumps(answers), encoding="utf-8")
        (self._folder / "settings.toml").write_text(tomli_w.dumps(settings or {}), encoding="utf-8")
        words = ["check", "--debug", "--answers", str(self._folder / "answers.toml")]
        words += ["--settings", str(self._folder / "settings.toml")]
        assert main(words) != 0
        assert main([*words, "--json"]) != 0
        out, err = self._capsys.readouterr()
        log = (self._folder / "SoMigration" / "omt.log").read_text(encoding="utf-8")
        assert SECRET not in out
        assert SECRET not in err
        assert SECRET not in log
        error = json.loads(out.splitlines()[-1])["error"]
        return f"{error['code']}: {error['message']}"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation, which checks only read."""
    folder = tmp_path_factory.mktemp("site")
    generate(folder, SimulationSpec(users=2, documents=2))
    return folder / "machine"


@pytest.fixture
def tool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Tool:
    return Tool(tmp_path, capsys)


def refusal(settings: Path) -> str:
    """Return the error of settings, as it would stand in the log, or nothing."""
    try:
        compose(settings_file=settings)
    except InputError as error:
        return "".join(traceback.format_exception(error))
    return ""


@pytest.mark.parametrize(("key", "is_path"), ANSWERS)
def test_a_value_of_the_answers_that_is_refused_is_told_by_its_key_alone(
    tool: Tool, key: str, *, is_path: bool
) -> None:
    before = {"installation": {"root": "machine"}, "login": LOGIN}
    for value in [[SECRET]] if is_path else [[SECRET], SECRET]:
        told = tool.check(merged(before, nested(key, value)))
        assert key.partition(".")[0] in told or "answers-invalid" not in told


@pytest.mark.parametrize(("key", "is_path"), SETTINGS)
def test_a_value_of_the_settings_that_is_refused_is_told_by_its_key_alone(
    tmp_path: Path, key: str, *, is_path: bool
) -> None:
    file = tmp_path / "settings.toml"
    for value in [[SECRET]] if is_path else [[SECRET], SECRET]:
        file.write_text(tomli_w.dumps(setting(key, value)), encoding="utf-8")
        told = refusal(file)
        assert key in told or not told
        assert SECRET not in told


@pytest.mark.parametrize(
    "words", [("core", "hook_timeout"), ("online", "retry_total"), ("database", "left_tables"), ("upload",)]
)
def test_a_variable_of_the_environment_that_is_refused_is_told_by_its_section_alone(
    tool: Tool, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv(f"OMT_{'__'.join(words).upper()}", SECRET)
    assert f"settings-invalid: The settings are not valid: {words[0]}" in tool.check({"login": LOGIN})


@pytest.mark.parametrize("reference", [{"env": SECRET}, {"file": SECRET}, {"keyring": f"{SECRET}/{SECRET}"}])
@pytest.mark.parametrize("key", ["login.password", "installation.password"])
def test_a_secret_that_stands_where_its_place_is_to_be_named_is_not_repeated(
    tool: Tool, machine: Path, key: str, reference: Mapping[str, str]
) -> None:
    given = {"installation": {"root": str(machine)}, "login": LOGIN}
    section, _, name = key.partition(".")
    given[section] = {**given[section], name: reference}
    assert f"secret-not-found: {key} names" in tool.check(given)


@pytest.mark.parametrize(
    "planted",
    [
        {"installation": {"dbms": "mssql", "dsn": f"DRIVER=none;UID=u;PWD={SECRET}"}},
        {"installation": {"dbms": "mssql", "dsn": f"DRIVER=none;UID=u;PWD={{{SECRET};}}}}}}"}},
        {"online": {"url": SECRET}},
        {"online": {"url": f"https://user:{SECRET}@tenant.example"}},
        {"online": {"url": "http://127.0.0.1:9", "proxy": f"user:{SECRET}@["}},
        {"online": {"url": "http://127.0.0.1:9", "proxy": f"ftp://user:{SECRET}@proxy"}},
    ],
)
def test_a_password_that_stands_inside_of_a_value_is_hidden(
    tool: Tool, machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: Mapping[str, Any]
) -> None:
    monkeypatch.setenv("OMT_TEST_PW", "any")
    (tmp_path / "token").write_text("token", encoding="utf-8")
    (tmp_path / "token").chmod(0o600)
    given: Mapping[str, Any] = {"installation": {"root": str(machine)}, "login": LOGIN}
    tool.check(merged(merged(given, planted), {"online": {"token_file": "token"}} if "online" in planted else {}))
