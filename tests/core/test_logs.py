"""The log hides every secret, wherever in a line it turns up."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

from omt_core.api.redaction import SECRETS
from omt_core.logs import LogFile, RedactingFormatter, begin_logging, end_logging, log_folder


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
    handler = LogFile("/dev/full")
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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a temporary folder for each user")
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


def _owned_by(found: os.stat_result, user: int) -> os.stat_result:
    values = list(found)
    values[4] = user
    return os.stat_result(values)
