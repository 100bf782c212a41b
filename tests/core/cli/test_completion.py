"""The Tab key completes commands and options, those of plugins too; each `--help` has examples that can be typed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from omt_core.api.language import Language
from omt_core.app import compose
from omt_core.cli.command import CORE_COMMANDS
from omt_core.cli.command.completion import SHELLS
from omt_core.cli.main import _parser, main


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script_of_its_own(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "omt" in script
    assert {"bash": "complete", "zsh": "compdef", "fish": "complete", "powershell": "Register-ArgumentCompleter"}[
        shell
    ] in script


@pytest.mark.parametrize(
    ("line", "completed"),
    [("omt mig", "migrate"), ("omt ver", "verify"), ("omt migrate --unt", "--until"), ("omt completion f", "fish")],
)
def test_what_is_typed_so_far_is_completed(tmp_path: Path, line: str, completed: str) -> None:
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n"}
    answer = tmp_path / "answer"
    subprocess.run(
        [sys.executable, "-m", "omt_core"],
        env={**os.environ, **asked, "_ARGCOMPLETE_STDOUT_FILENAME": str(answer), "ARGCOMPLETE_USE_TEMPFILES": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
    assert [word.strip() for word in answer.read_text(encoding="utf-8").splitlines()] == [completed]


def test_what_a_shell_shows_of_each_is_in_the_readers_language(tmp_path: Path) -> None:
    line, answer = "omt migrate --", tmp_path / "answer"
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_SHELL": "zsh", "COMP_LINE": line, "COMP_POINT": str(len(line))}
    written = {"_ARGCOMPLETE_STDOUT_FILENAME": str(answer), "ARGCOMPLETE_USE_TEMPFILES": "1"}
    subprocess.run(
        [sys.executable, "-m", "omt_core"],
        env={**os.environ, **asked, **written, "LC_ALL": "nl_NL.UTF-8"},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
    assert "--until:dan stoppen zoals Ctrl-C" in answer.read_text(encoding="utf-8")


def test_every_help_has_examples_that_the_command_line_understands(capsys: pytest.CaptureFixture[str]) -> None:
    app = compose(reserved_commands=tuple(CORE_COMMANDS))
    parser, commands = _parser(app, Language.ENGLISH)
    for name in commands:
        with pytest.raises(SystemExit):
            parser.parse_args([name, "--help"])
        shown = re.findall(r"^  (omt [^\n]*)$", capsys.readouterr().out.partition("example")[2], re.MULTILINE)
        assert shown or name == "completion"
        for example in shown:
            words = shlex.split(example.partition(" >")[0].partition(" |")[0].replace("\\", "/"))
            parser.parse_args([word for word in words[1:] if word != "--json"])


def test_no_color_takes_colours_and_nothing_else() -> None:
    words = [sys.executable, "-c", "from omt_core.cli.main import main; raise SystemExit(main(['root', '--help']))"]
    coloured = {**os.environ, "FORCE_COLOR": "1", "TTY_COMPATIBLE": "1"}
    plain = subprocess.run(words, env={**coloured, "NO_COLOR": "1"}, capture_output=True, check=False, timeout=120)
    assert b"error" in plain.stderr
    assert not re.search(rb"\x1b\[[0-9;]*3[0-9]m", plain.stderr)
