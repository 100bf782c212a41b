"""Every way out of the program tells what it must where it must."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from omt_core.cli import main as program
from omt_core.cli.main import main
from omt_core.engine import workspace


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.mark.parametrize("words", [("--help",), ("migrate", "--help"), ("--version",)])
def test_help_under_json_leaves_one_result_and_nothing_else_to_the_program(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code = main([*words, "--json"])
    out, err = capsys.readouterr()
    (line,) = out.splitlines()
    assert (code, json.loads(line)["event"], json.loads(line)["exit_code"]) == (0, "result", 0)
    assert err


def test_garbage_is_collected_once_all_is_loaded_and_not_while_little_is_made() -> None:
    by_itself = gc.get_threshold()
    gc.disable()  # as the program does before it loads anything
    try:
        assert main(["plugins"]) == 0
        assert gc.isenabled()
        assert gc.get_threshold()[0] > by_itself[0]
    finally:
        gc.unfreeze()
        gc.set_threshold(*by_itself)
        gc.enable()


def test_names_of_files_that_are_read_in_another_encoding_are_refused_at_the_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "iso8859-1")
    assert main(["plugins", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "names-not-utf-8"


def test_an_interrupt_outside_of_a_run_ends_with_130_and_a_result(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "_run", interrupted)
    assert main(["plugins", "--json"]) == 130
    result = json.loads(capsys.readouterr().out)
    assert (result["exit_code"], result["error"]["code"]) == (130, "interrupted")


@pytest.mark.parametrize(
    ("words", "argument"),
    [
        (("purge", "--workspace", ""), "--workspace"),
        (("--settings", "", "status"), "--settings"),
        (("check", "--answers="), "--answers"),
        (("verify", ""), "RECEIPT"),
        (("tenant", "serve", ""), "DIR"),
    ],
)
def test_an_empty_path_is_refused_and_is_not_the_current_folder(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], argument: str
) -> None:
    assert main(words) == 2
    assert f"error usage: argument {argument}: the path is empty.\n" in capsys.readouterr().err


def test_a_workspace_is_named_by_its_whole_path(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["status", "--workspace", "."]) == 2
    assert f"There is no migration in the workspace {tmp_path}.\n" in capsys.readouterr().err


def test_a_rate_that_is_none_is_told_before_anything_is_opened(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('[installation]\nroot = "nowhere"\n[login]\nuser = "HH"\npassword = { file = "x" }\n')
    assert main(["estimate", "--answers", str(answers), "--limit-rate", "5X", "--json"]) == 2
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"] == "rate-invalid"


@pytest.mark.parametrize(
    ("line", "guess"),
    [
        ("chek", "check"),
        ("precopy --untl 06:00 --answers answers.toml", "--until"),
        ("status --jsn", "--json"),
        ("--jsn status", "--json"),
        ("plugins ordr validate_users", "order"),
        ("tenant serv", "serve"),
        ("report --format htm", "html"),
        ("compare --worksapce=x", "--workspace"),
        ("migrate --anwers answers.toml", "--answers"),
        ("migrate --anwers=answers.toml", "--answers"),
        ("migrate --limit 1M --answers answers.toml", "--limit-rate"),
        ("migrate --recovr missing", "--recover"),
        ("limit --worksapce x", "--workspace"),
        ("report --outptu", "--output"),
        ("simulate --documnts 5", "--documents"),
        ("tenant serve --prot 80", "--port"),
        ("--languag de status", "--language"),
        ("--anwers answers.toml", "--answers"),
        ("mig", "migrate"),
    ],
)
def test_what_is_mistyped_gets_what_may_have_been_meant(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, line: str, guess: str
) -> None:
    (tmp_path / "answers.toml").write_text('[login]\nuser = "HH"\npassword = { env = "X" }\n', encoding="utf-8")
    words = [word.replace("answers.toml", str(tmp_path / "answers.toml")) for word in line.split()]
    assert main(words) == 2
    assert f"Did you mean {guess}?" in capsys.readouterr().err
    assert main([*words, "--language", "de"]) == 2
    assert f"Meinten Sie {guess}?" in capsys.readouterr().err


def test_what_is_like_nothing_gets_no_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["qqqqqqqq", "--zzzzzzzz"]) == 2
    assert "Did you mean" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("--log-level", "loud"), ("--plugin",), ("--answers",), ("nothing-like-it",), ("--no-browser", "plugins")]
)
def test_what_is_wrong_before_a_command_begins_is_a_usage_error_with_a_result(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert main(["--json", *words]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == "usage"
    assert "Traceback" not in err


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="a disk that is always full is a device of Linux")
@pytest.mark.parametrize("words", [["plugins", "--json"], ["plugins"], ["--help"], ["completion", "bash"]])
def test_a_command_whose_result_cannot_be_written_does_not_end_as_if_all_were_well(words: list[str]) -> None:
    with FULL.open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "omt_core", *words, "--language", "en"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=os.environ | {"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    assert ended.returncode == 5, ended.stderr
    assert ended.stderr.splitlines() == [
        "error output-lost: What was printed could not be written to the end: No space left on device.",
        "    What the command did stands. Make room on that disk, or send the output elsewhere, and ask again.",
    ]


@pytest.mark.skipif(not FULL.exists(), reason="a disk that is always full is a device of Linux")
def test_a_command_that_failed_keeps_its_exit_code_where_that_cannot_be_written_either() -> None:
    with FULL.open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "omt_core", "plugins", "order", "no_such_hook", "--json"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 2, ended.stderr


def test_a_reader_that_went_away_does_not_end_a_command() -> None:
    command = [sys.executable, "-m", "omt_core", "plugins", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, "")


@pytest.mark.parametrize("words", [["plugins"], ["discover"], ["purge"], ["status"], ["odd-command"]])
def test_a_command_without_a_migration_claims_neither_mode_nor_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr(workspace, "data_folder", lambda: tmp_path)  # on Windows no variable moves it
    main([*words, "--json"])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["event"] == "result"
    assert not {"mode", "kind"} & result.keys()


def test_a_test_migration_that_ends_before_it_begins_says_that_it_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "machine").mkdir()
    answers = tmp_path / "answers.toml"
    answers.write_text(
        'test_migration = true\n[installation]\nroot = "machine"\n[login]\nuser = "HH"\npassword = { env = "X" }\n',
        encoding="utf-8",
    )
    code = main(["migrate", "--answers", str(answers), "--json"])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (code, result["error"]["code"], result["kind"]) == (3, "installation-incomplete", "test")


@pytest.mark.parametrize("command", ["check", "migrate", "discover"])
def test_a_root_that_is_not_there_is_told_as_that_and_not_by_all_that_is_missing_then(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(
        "[installation]\nroot = 'machin'\n[login]\nuser = 'HH'\npassword = { env = 'X' }\n", encoding="utf-8"
    )
    given = ["--root", str(tmp_path / "machin")] if command == "discover" else ["--answers", str(answers)]
    assert main([command, *given]) == 2
    told = capsys.readouterr().err
    assert f"root-not-found: There is no folder {tmp_path / 'machin'}" in told
    assert "installation.root" in told.replace("`root` in the section [installation]", "installation.root")


def test_a_root_without_anything_of_an_installation_is_named_beside_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "machine").mkdir()
    answers = tmp_path / "answers.toml"
    answers.write_text(
        "[installation]\nroot = 'machine'\n[login]\nuser = 'HH'\npassword = { env = 'X' }\n", encoding="utf-8"
    )
    assert main(["check", "--answers", str(answers)]) == 3
    assert f"In the folder {tmp_path / 'machine'}, which installation.root names, nothing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("way", "code", "words"),
    [("exit", 5, "'partner'"), ("none", 5, "NoneType"), ("quiet", 0, ""), ("configure", 5, "configure of odd")],
)
def test_a_command_of_a_plugin_never_ends_with_0_without_a_result(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, way: str, code: int, words: str
) -> None:
    monkeypatch.setenv("OMT_TEST_WAY", way)
    assert main(["--plugin", "tests.core.cli.partner:Partner", "odd", "--json"]) == code
    result = json.loads(capsys.readouterr().out)
    assert (result["event"], result["exit_code"]) == ("result", code)
    assert words in json.dumps(result)
