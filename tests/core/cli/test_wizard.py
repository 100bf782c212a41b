"""`omt` alone opens the wizard and ends as it is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from omt_core.cli import wizard
from omt_core.cli.main import main
from omt_core.wizard.controller.attempts import Attempts

PROGRAM = [sys.executable, "-m", "omt_core"]


@contextmanager
def opened(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the wizard under `--json` and yield the process with the link."""
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder), "XDG_DATA_HOME": str(folder / "data")}
    command = [*PROGRAM, "--json", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        assert set(line) == {"event", "url"}
        assert line["event"] == "wizard"
        try:
            yield process, line["url"]
        finally:
            process.kill()


def exchange(url: str) -> tuple[int, str]:
    """Exchange the token of a link; the status, and the cookie if there is one."""
    address, _, token = url.partition("#token=")
    request = urllib.request.Request(
        f"{address}api/exchange",
        data=json.dumps({"token": token}).encode(),
        headers={"Content-Type": "application/json", "Origin": address.rpartition("/")[0].rpartition("/")[0]},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


@pytest.mark.posix("a process has no way to press Ctrl-C there; tests/windows presses it in a console")
def test_ctrl_c_ends_it_with_a_result_and_no_secret_is_left_anywhere(tmp_path: Path) -> None:
    with opened(tmp_path, "--no-browser", "--log-level", "debug") as (process, url):
        token = url.partition("#token=")[2]
        status, cookie = exchange(url)
        assert (status, bool(cookie)) == (204, True)
        assert exchange(url) == (401, "")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url.partition('#')[0]}api/x?token={token}", timeout=60)
        refused.value.close()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    (result,) = [json.loads(line) for line in out.splitlines()]
    assert (result["event"], result["exit_code"], process.returncode) == ("result", 0, 0)
    assert err == ""
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(path.name for path in written) == ["omt.lock", "omt.log"]
    log = (tmp_path / "SoMigration" / "omt.log").read_text(encoding="utf-8")
    assert "a browser was let in" in log
    assert token not in log
    assert cookie not in log


@pytest.mark.posix("a process has no way to press Ctrl-C there; tests/windows presses it in a console")
def test_a_person_sees_the_link_and_how_to_end(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "COLUMNS": "40"}
    with subprocess.Popen([*PROGRAM, "--no-browser"], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(3)]
        process.send_signal(signal.SIGINT)
    assert said[1].startswith("http://127.0.0.1:")
    assert "#token=" in said[1]
    assert said[2].endswith("Ctrl-C ends the tool.")
    assert process.returncode == 0


@pytest.mark.parametrize("words", [("--workspace", "x"), ("--no-browser",)])
def test_its_options_before_a_command_are_refused_and_not_passed_over(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert main([*words, "plugins", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["message"]) == ("usage", f"{words[0]} stands before the command.")


@pytest.mark.parametrize("address", ["--host", "--port", "--bind", "--listen"])
def test_no_option_changes_where_it_listens(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert main(["--json", address, "80"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


def test_the_second_ctrl_c_ends_it_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    # Something that will not stop runs behind this wizard, and the person presses Ctrl-C once more.
    monkeypatch.setattr(Attempts, "stop", lambda _: signal.raise_signal(signal.SIGINT))
    monkeypatch.setattr(wizard, "_show", lambda *_, **__: signal.raise_signal(signal.SIGINT))
    assert main(["--no-browser", "--json"]) == 130
    result = json.loads(capsys.readouterr().out)
    assert (result["exit_code"], result["error"]["code"]) == (130, "interrupted")


@pytest.mark.posix("Windows has no pseudo-terminals to be tested with")
def test_enter_makes_a_new_link(tmp_path: Path) -> None:
    keyboard, terminal = os.openpty()
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    command = [*PROGRAM, "--no-browser"]
    with subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        first = [process.stdout.readline().strip() for _ in range(3)][1]
        os.write(keyboard, b"\n")
        second = [process.stdout.readline().strip() for _ in range(3)][1]
        assert exchange(first) == (401, "")
        assert exchange(second)[0] == 204
        process.send_signal(signal.SIGINT)
    os.close(keyboard)
    os.close(terminal)
    assert process.returncode == 0
