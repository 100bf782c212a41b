"""Output that nobody reads (a click into a Windows console, a pager, a full pipe) does not hold a migration up."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Direction
from tests.e2e.omt import PROGRAM, environment
from tests.faults.conftest import Calm
from tests.faults.processes import PATIENCE, ServedTenant
from tests.faults.sites import FaultySite

pytestmark = pytest.mark.anyio


@contextmanager
def full_pipe() -> Iterator[tuple[int, int]]:
    """Make a pipe that takes nothing until somebody reads; yields both ends."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"\n" * 65536)
    except BlockingIOError:
        os.set_blocking(writer, True)
    try:
        yield reader, writer
    finally:
        os.close(reader)


def read_all(reader: int) -> bytes:
    """Read to the end, without what the pipe was full of."""
    with os.fdopen(os.dup(reader), "rb") as file:
        return file.read().lstrip(b"\n")


@pytest.mark.parametrize("form", ["json", "text", "errors"])
async def test_the_upload_goes_on_to_its_end_and_everything_is_told_once_somebody_reads(
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path, form: str
) -> None:
    workspace = tmp_path / "work"
    words = [*PROGRAM, *map(str, site.migrate(workspace)), *([] if form == "text" else ["--json"])]
    async with fault_proxy(tenant.port) as way:
        settings = environment(tmp_path, site.settings(tenant, url=way.url))
        with full_pipe() as (unread, full):
            read = tmp_path / "read"
            read.touch()
            process = started(words, settings, read if form == "errors" else full, full)
            os.close(full)
            with anyio.fail_after(PATIENCE):
                while not (workspace / "receipt.json").exists():
                    assert process.poll() is None
                    await anyio.sleep(0.05)
            assert way.passed[Direction.TO_SERVER] >= calm.sent * 0.9
            said = await anyio.to_thread.run_sync(read_all, unread)
            code = await anyio.to_thread.run_sync(process.wait)
    assert code == 0
    if form == "text":
        assert b"Upload completed. Receipt:" in said
        return
    lines = [json.loads(line) for line in (read.read_bytes() if form == "errors" else said).splitlines()]
    assert (lines[-1]["event"], lines[-1]["exit_code"]) == ("result", 0)
    assert_nothing_is_missing(lines)


def started(words: list[str], settings: dict[str, str], out: int | Path, err: int) -> subprocess.Popen[bytes]:
    """Start the tool with these outputs."""
    if isinstance(out, int):
        return subprocess.Popen(words, env=settings, stdout=out, stderr=err)
    with out.open("wb") as file:
        return subprocess.Popen(words, env=settings, stdout=file, stderr=err)


def assert_nothing_is_missing(lines: list[dict[str, Any]]) -> None:
    """Progress may be missing. Findings, phases and stages may not, and keep their order."""
    told = [line["finding"]["code"] for line in lines if line["event"] == "finding"]
    assert {finding["code"] for finding in lines[-1]["findings"]} <= set(told)
    assert [line["phase"] for line in lines if line["event"] == "phase-started"][-2:] == ["upload", "complete"]
    succeeded = [line["stage"] for line in lines if line["event"] == "stage" and line["state"] == "succeeded"]
    assert {"starting", "templates", "documents", "database", "finishing"} <= set(succeeded)
