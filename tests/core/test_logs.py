"""The log hides every secret, wherever in a line it turns up, and says of each line where it comes from."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from types import SimpleNamespace

import anyio
import anyio.to_thread
import pytest

from omt_core import logs
from omt_core.api.errors import InputError
from omt_core.api.redaction import SECRETS
from omt_core.log_context import FIELDS, about
from omt_core.logs import (
    LogFile,
    RedactingFormatter,
    begin_logging,
    end_logging,
    log_folder,
    migration_log,
    naming_log,
)
from omt_core.plugin_host.faults import blaming


def test_secrets_are_hidden_in_messages_arguments_and_tracebacks() -> None:
    SECRETS.add("planted-secret-1")
    SECRETS.add("planted-secret-1-longer")
    try:
        int("planted-secret-1-longer")
    except ValueError:
        trouble = sys.exc_info()
    record = logging.LogRecord("omt", logging.INFO, __file__, 1, "user %s", ("planted-secret-1",), trouble)
    line = RedactingFormatter("%(message)s").format(record)
    assert "planted-secret" not in line
    assert "literal for int() with base 10: '***'" in line
    assert "-longer" not in line


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_what_a_full_disk_does_not_take_is_left_out_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    handler = LogFile(Path("/dev/full"))
    handler.handle(logging.LogRecord("omt", logging.INFO, __file__, 1, "lost", (), None))
    handler.close()
    assert capsys.readouterr() == ("", "")


def test_the_log_lies_where_the_migrator_is_told_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """W95: `%temp%\\SoMigration`."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert log_folder() == tmp_path / "SoMigration"
    assert log_folder() == tmp_path / "SoMigration"


def test_a_name_in_a_message_makes_no_line_of_its_own() -> None:
    record = logging.LogRecord("omt", logging.INFO, __file__, 1, "read %s", ("a\nERROR forged\x1b[2J",), None)
    assert RedactingFormatter("%(message)s").format(record) == r"read a\nERROR forged\u001b[2J"


@pytest.mark.posix("Windows has a temporary folder for each user")
@pytest.mark.parametrize("taken", ["writable", "a link", "somebody else's"])
def test_a_folder_that_is_not_ones_own_holds_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = tmp_path / "SoMigration"
    if taken == "a link":
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        folder.mkdir()
        folder.chmod(0o777 if taken == "writable" else 0o700)
    if taken == "somebody else's":
        own = Path.lstat
        monkeypatch.setattr(Path, "lstat", lambda path: _owned_by(own(path), 4711) if path == folder else own(path))
    log = begin_logging("info")
    end_logging()
    assert log == tmp_path / f"SoMigration-{os.geteuid()}" / "omt.log"
    assert list(folder.iterdir()) == []


@pytest.mark.posix("stands in for Windows, where no account may take another's folder for its own")
def test_on_windows_the_folder_is_made_private_or_another_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: set[Path] = set()

    def make_private(folder: Path) -> None:
        if folder in refused:
            raise PermissionError(13, "Access is denied", str(folder))
        private.append(folder.name)

    private: list[str] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(logs, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(logs, "make_private", make_private)
    monkeypatch.setattr(logs, "process_sid", lambda: "S-1-5-18")
    assert log_folder() == tmp_path / "SoMigration"
    refused.add(tmp_path / "SoMigration")
    assert log_folder() == tmp_path / "SoMigration-S-1-5-18"
    assert private == ["SoMigration", "SoMigration-S-1-5-18"]


def _owned_by(found: os.stat_result, user: int) -> os.stat_result:
    values = list(found)
    values[4] = user
    return os.stat_result(values)


def _line(text: str) -> logging.LogRecord:
    return logging.LogRecord("omt", logging.INFO, __file__, 1, text, (), None)


def _all_lines(folder: Path) -> list[str]:
    return [line for file in folder.glob("omt*.log*") for line in file.read_text("utf-8").splitlines()]


def _with_five_full_ones(folder: Path) -> Path:
    for number in range(1, 6):
        (folder / f"omt.log.{number}").write_text(f"history {number}\n", encoding="utf-8")
    return folder / "omt.log"


def test_a_full_log_takes_the_first_number_and_the_oldest_goes(tmp_path: Path) -> None:
    handler = LogFile(_with_five_full_ones(tmp_path), most=20)
    for number in range(3):
        handler.handle(_line(f"line {number} of twenty"))
    handler.close()
    assert [(tmp_path / name).read_text("utf-8").strip() for name in ("omt.log", "omt.log.1", "omt.log.2")] == [
        "line 2 of twenty",
        "line 1 of twenty",
        "line 0 of twenty",
    ]
    assert (tmp_path / "omt.log.5").read_text("utf-8") == "history 3\n"
    assert len(list(tmp_path.iterdir())) == 6


@pytest.mark.parametrize("held", ["omt.log", "omt.log.1", "omt.log.3", "omt.log.5"])
def test_a_program_that_has_one_of_the_files_open_costs_neither_lines_nor_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    """Windows renames no file that is open. A stand-in refuses it here; tests/windows has an open file."""
    own, refused = Path.replace, {held}

    def replace(path: Path, target: Path) -> Path:
        if path.name in refused or Path(target).name in refused:
            raise PermissionError(13, "The process cannot access the file", str(path))
        return own(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    handler = LogFile(_with_five_full_ones(tmp_path), most=1_000)
    written = [f"line {number} {'x' * 40}" for number in range(200)]
    for line in written[:100]:
        handler.handle(_line(line))
    assert sorted(_all_lines(tmp_path)) == sorted([*written[:100], *(f"history {number}" for number in range(1, 6))])
    refused.clear()
    for line in written[100:]:
        handler.handle(_line(line))
    handler.close()
    assert (tmp_path / "omt.log").stat().st_size < 1_000
    assert len(list(tmp_path.iterdir())) == 6


_TALKATIVE = """
import logging, sys
from omt_core import logs
logs._BYTES = 5_000
print(logs.begin_logging("info").name, flush=True)
sys.stdin.readline()
for number in range(200):
    logging.getLogger("omt.test").info("%s line %s of two hundred", sys.argv[1], number)
logs.end_logging()
"""


def test_two_processes_that_write_at_the_same_time_lose_no_line_and_no_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, str(tmp_path))
    folder = tmp_path / "SoMigration"
    folder.mkdir(mode=0o700)
    (folder / "omt.log.1").write_text("history\n", encoding="utf-8")
    command = [sys.executable, "-c", _TALKATIVE]
    with (
        subprocess.Popen([*command, "a"], stdin=PIPE, stdout=PIPE, text=True) as one,
        subprocess.Popen([*command, "b"], stdin=PIPE, stdout=PIPE, text=True) as other,
    ):
        assert one.stdout is not None
        assert other.stdout is not None
        assert {one.stdout.readline(), other.stdout.readline()} == {"omt.log\n", "omt-2.log\n"}
        for process in (one, other):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
    assert (one.returncode, other.returncode) == (0, 0)
    told = [line.partition("omt.test ")[2] or line for line in _all_lines(folder)]
    assert sorted(told) == sorted(
        ["history", *(f"{who} line {number} of two hundred" for who in "ab" for number in range(200))]
    )


def test_the_next_process_writes_where_the_last_one_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for _ in range(2):
        assert begin_logging("info") == tmp_path / "SoMigration" / "omt.log"
        end_logging()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The tool's log, in a file that was named."""
    begin_logging("info", file=tmp_path / "tool.log")
    yield tmp_path / "tool.log"
    end_logging()


def test_a_line_says_which_plugin_was_asked_what_in_which_run(log: Path, tmp_path: Path) -> None:
    with migration_log(3, tmp_path / "work", keeps=False), about(plugin="partner", hook="validate_users", stage="s"):
        logging.getLogger("omt.checks").warning("something", extra={"code": "odd"})
    logging.getLogger("omt.checks").warning("something else")
    first, second = log.read_text("utf-8").splitlines()
    told = f"[code=odd plugin=partner hook=validate_users stage=s run=3 workspace={tmp_path / 'work'}]"
    assert first.endswith(f"WARNING omt.checks something {told}")
    assert second.endswith("something else")


def test_a_thread_that_a_plugin_began_is_known_by_its_plugin_and_run(log: Path, tmp_path: Path) -> None:
    async def hook() -> None:
        with blaming("partner", "observe", ()):
            await anyio.to_thread.run_sync(logging.getLogger("omt.checks").warning, "from a thread")

    with migration_log(3, tmp_path / "work", keeps=False):
        anyio.run(hook)
    assert "plugin=partner hook=observe run=3" in log.read_text("utf-8")


def test_each_migration_has_a_log_of_its_own_beside_its_journal_and_the_tool_has_one_of_all(
    log: Path, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        with migration_log(1, tmp_path / name, keeps=True):
            logging.getLogger("omt.run").info("in the %s", name)
    for name in ("first", "second"):
        assert [
            line.split(" omt.run ")[1] for line in (tmp_path / name / "migration.log").read_text("utf-8").splitlines()
        ] == [f"in the {name} [run=1 workspace={tmp_path / name}]"]
    assert log.read_text("utf-8").count("in the ") == 2


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_every_file_of_a_log_is_for_this_account_alone(tmp_path: Path) -> None:
    handler = LogFile(tmp_path / "migration.log", most=100)
    for _ in range(3):
        handler.emit(logging.LogRecord("omt", logging.INFO, __file__, 1, "x" * 80, (), None))
    handler.close()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"migration.log": 0o600, "migration.log.1": 0o600, "migration.log.2": 0o600}


def test_lines_of_json_have_the_same_keys_and_hide_secrets(tmp_path: Path) -> None:
    SECRETS.add('planted-"secret-2')
    begin_logging("info", file=tmp_path / "tool.log", form="json")
    try:
        int('planted-"secret-2')
    except ValueError:
        logging.getLogger("omt.run").exception("a\nb %s", 'planted-"secret-2', extra={"code": "odd"})
    logging.getLogger("omt.run").info("plain")
    end_logging()
    text = (tmp_path / "tool.log").read_text("utf-8")
    first, second = map(json.loads, text.splitlines())
    assert first.keys() == second.keys() >= {"time", "level", "message", *FIELDS, "traceback"}
    assert (first["message"], first["code"], second["code"]) == (r"a\nb ***", "odd", None)
    assert "invalid literal for int() with base 10" in first["traceback"]
    assert "secret-2" not in text


@pytest.mark.parametrize("name", ["missing/tool.log", "folder"])
def test_a_log_file_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError) as caught:
        begin_logging("info", file=tmp_path / name)
    end_logging()
    assert caught.value.code == "log-not-writable"
    assert str(tmp_path / name) in caught.value.message


def test_an_error_that_speaks_of_the_log_says_where_it_is(log: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    assert naming_log("See the log file.") == f"See the log file. The log is {log}."
    assert naming_log("Run it again.") == "Run it again."
    with migration_log(1, tmp_path / "work", keeps=True):
        told = naming_log("Send the log to its author.")
    assert told == f"Send the log to its author. The log is {tmp_path / 'work' / 'migration.log'}."
    assert naming_log(told) == told
