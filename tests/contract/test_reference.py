"""The reference is what the code is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from omt_core.api.plugin import HOOKS
from omt_core.app import compose
from omt_core.cli.command import CORE_COMMANDS
from omt_core.settings import CoreSettings
from tests.contract.checkout import ROOT, python_files

REFERENCE = ROOT / "docs/reference"
PARTNERS = {"call_recordings", "dask", "email_domains", "ldap_login", "object_store"}
"""Plugins of contrib, which document themselves and may be installed here."""


def text(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def schema(name: str) -> Mapping[str, Any]:
    return json.loads(text(f"schemas/{name}.json"))


def test_it_is_written_from_the_code_as_it_is_now() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"run python docs/generate.py\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_says_its_policy_and_is_tried_somewhere(hook: str) -> None:
    section = text("hooks.md").partition(f"\n## {hook}\n")[2].partition("\n## ")[0]
    assert f"*{HOOKS[hook].policy.value.capitalize()}.*" in section, "its policy"
    assert "Default:" in section or "holder of the role" in section, "what happens when no plugin answers"
    used = re.compile(rf"def {hook}\(self")
    files = [path for path in python_files("plugins", "tests", "contrib") if "omt_core" not in path.parts]
    assert any(used.search(path.read_text(encoding="utf-8")) for path in files), "no plugin and no test implements it"


def test_the_surface_is_told_as_it_is_written() -> None:
    """Methods of values, constructors of errors, what an alias stands for, defaults: all that a caller writes."""
    page = text("api.md")
    assert "| `finding(message: str, subjects: tuple[str, ...] = (), *" in page
    assert "Made by `OnlineUnavailableError(code: str, message: str, remedy: str, *, retry_after: float" in page
    assert "`Chunk = bytes | memoryview`" in page
    assert "`MigrationKind.LIVE`" in page
    assert re.findall(r"= [,)]|= b[,)]|&lt;\w+\.|object at 0x|Create a new string object|class hierarchy", page) == []


def test_every_setting_is_documented() -> None:
    page = text("settings.md")
    models = {"core": CoreSettings} | {
        plugin.name: plugin.plugin_class.settings_model for plugin in compose().host.plugins if plugin.default
    }
    for section, model in models.items():
        for name in model.model_fields:
            assert f"`{section}.{name}" in page


def test_every_command_is_documented() -> None:
    page = text("cli.md")
    for name in (*CORE_COMMANDS, *(command.name for command in compose().host.commands)):
        assert f"\n## omt {name}\n" in page


def test_every_command_and_option_says_what_it_does() -> None:
    for section in text("cli.md").split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        assert body.lstrip().partition("\n")[0].strip(" |"), title
        assert [line for line in body.splitlines() if line.startswith("|") and line.endswith("|  |")] == [], title


def test_every_finding_code_has_a_page_and_every_page_a_code() -> None:
    pages = {path.stem for path in (REFERENCE / "findings").glob("*.md")} - {"index"}
    assert pages == {code.code for code in compose().host.codes.values() if code.plugin not in PARTNERS}


def test_finding_codes_are_words_joined_by_hyphens_and_say_what_to_do() -> None:
    for code in compose().host.codes.values():
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", code.code), code.code
        assert code.meaning.strip().endswith("."), code.code
        assert code.remedy.strip(), code.code


@pytest.mark.parametrize("path", sorted((REFERENCE / "schemas").glob("*.json")), ids=lambda path: path.stem)
def test_every_schema_is_one_and_bears_its_version(path: Path) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    assert re.fullmatch(rf"urn:omt:schema:{path.stem}:\d+", found["$id"])


def test_the_answers_of_a_simulation_satisfy_their_schema(omt_installation) -> None:
    answers = tomllib.loads((omt_installation(users=2, documents=1) / "answers.toml").read_text(encoding="utf-8"))
    jsonschema.validate(answers, schema("answers"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**answers, "acept_agreement": True}, schema("answers"))
