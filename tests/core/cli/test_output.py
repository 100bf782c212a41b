"""What is printed waits for its reader, and nothing else does."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

import pytest
from typing_extensions import override

from omt_core.api.events import Notice, StageProgress
from omt_core.cli import output as module
from omt_core.cli.console import Console
from omt_core.cli.output import Output, outputs
from omt_core.plugin_host import EventHub

MORE_THAN_A_PIPE_HOLDS = 4 << 20


@dataclass(slots=True)
class Pipe:
    """A pipe whose reader reads when it is asked to."""

    reader: TextIO
    writer: TextIO


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    ends = os.pipe()
    made = Pipe(os.fdopen(ends[0], encoding="utf-8"), os.fdopen(ends[1], "w", encoding="utf-8"))
    yield made
    made.reader.close()
    made.writer.close()


def test_a_reader_that_does_not_read_stops_nobody_and_gets_everything_in_its_order_later(pipe: Pipe) -> None:
    lines = [f"{number} {'x' * 1000}" for number in range(MORE_THAN_A_PIPE_HOLDS // 1000)]
    output = Output(pipe.writer)
    for line in lines:
        output.write(f"{line}\n")
    assert output.behind
    assert [next(pipe.reader).rstrip("\n") for _ in lines] == lines
    output.drain()
    assert not output.behind
    output.end()


def test_a_reader_that_goes_away_while_something_waits_stops_nobody(pipe: Pipe) -> None:
    output = Output(pipe.writer)
    output.write("x" * MORE_THAN_A_PIPE_HOLDS)
    pipe.reader.close()
    output.drain()
    output.write("more")
    output.drain()
    assert not output.behind
    output.end()


def test_progress_is_left_out_for_a_reader_that_is_behind_and_results_are_not(pipe: Pipe) -> None:
    output = Output(pipe.writer)
    console = Console(EventHub(), json_lines=True, debug=False, self_command=(), out=output)  # type: ignore[arg-type]
    console.object("first", {"text": "x" * MORE_THAN_A_PIPE_HOLDS})
    progress = StageProgress(
        stage="s", items_done=1, items_total=2, bytes_done=1, bytes_total=2, sent_bytes=1, skipped_bytes=0
    )
    for _ in range(1000):
        console.event(progress)
        console.event(Notice(message="the line is slow"))
    console.object("second", {})
    console.finish(0)
    output.end()
    told = [next(pipe.reader) for _ in range(3)]
    assert [json.loads(line)["event"] for line in told] == ["first", "second", "result"]


@pytest.mark.posix("Windows does not tell whether two outputs are one pipe")
def test_what_one_reader_sees_of_both_outputs_keeps_its_order(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", pipe.writer)
    with os.fdopen(os.dup(pipe.writer.fileno()), "w", encoding="utf-8") as second:
        monkeypatch.setattr(sys, "stderr", second)
        with outputs():
            for number in range(100):
                (sys.stdout if number % 2 else sys.stderr).write(f"{number}\n")
        assert [int(next(pipe.reader)) for _ in range(100)] == list(range(100))


def test_outputs_are_as_before_in_the_end_and_hold_what_was_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with outputs():
        sys.stdout.write("a")
        sys.stderr.write("b")
    assert (sys.stdout, sys.stderr) == (out, err)
    assert (out.getvalue(), err.getvalue()) == ("a", "b")


def test_what_an_encoding_does_not_have_becomes_an_escape() -> None:
    ends = os.pipe()
    with os.fdopen(ends[0], encoding="ascii") as reader, os.fdopen(ends[1], "w", encoding="ascii") as writer:
        output = Output(writer)
        output.write("Åse\n")
        assert next(reader) == "\\xc5se\n"
        output.end()


class Slow(io.StringIO):
    """A stream that notes what it writes in a list that others share, once it may."""

    def __init__(self, written: list[str], may: threading.Event) -> None:
        super().__init__()
        self._written = written
        self._may = may

    @override
    def write(self, text: str) -> int:
        self._may.wait(60)
        self._written.append(text)
        return len(text)


def test_an_error_is_written_behind_the_lines_that_were_printed_before_it() -> None:
    """Of two pipes on Windows nothing tells whether they are one, as `2>&1` makes them."""
    written: list[str] = []
    may, at_once = threading.Event(), threading.Event()
    at_once.set()
    out = Output(Slow(written, may))
    err = Output(Slow(written, at_once), after=out)
    out.write("line")
    err.write("error")
    may.set()
    err.drain()
    assert written == ["line", "error"]
    for one in (out, err):
        one.end()


def test_an_error_does_not_wait_for_a_reader_who_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TURN", 0.01)
    written: list[str] = []
    stuck, at_once = threading.Event(), threading.Event()
    at_once.set()
    out = Output(Slow(written, stuck))
    err = Output(Slow(written, at_once), after=out)
    out.write("line")
    err.write("error")
    err.drain()
    assert written == ["error"]
    stuck.set()
    for one in (out, err):
        one.drain()
        one.end()


class Failing(io.StringIO):
    """A stream that takes nothing, for a reason of the system."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    @override
    def write(self, text: str) -> int:
        raise OSError(self._number, os.strerror(self._number))


@pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, True), (errno.EPIPE, False)])
def test_that_lines_are_lost_is_said_unless_their_reader_has_seen_enough(
    monkeypatch: pytest.MonkeyPatch, number: int, *, said: bool
) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stdout", Failing(number))
    monkeypatch.setattr(sys, "stderr", err)
    with outputs():
        sys.stdout.write("a list")
    assert ("could not be written to the end: No space left on device." in err.getvalue()) is said


@pytest.mark.parametrize("absent", ["stdout", "stderr"])
def test_it_works_where_it_was_started_without_an_output(monkeypatch: pytest.MonkeyPatch, absent: str) -> None:
    other = io.StringIO()
    monkeypatch.setattr(sys, "stdout", other)
    monkeypatch.setattr(sys, "stderr", other)
    monkeypatch.setattr(sys, absent, None)
    with outputs():
        sys.stdout.write("a list")
        sys.stderr.write("an error")
    assert other.getvalue() == ("an error" if absent == "stdout" else "a list")
    assert getattr(sys, absent) is None
