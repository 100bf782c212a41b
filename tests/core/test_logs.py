"""The log hides every secret, wherever in a line it turns up."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from omt_core.api.redaction import SECRETS
from omt_core.logs import LogFile, RedactingFormatter, log_folder


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
