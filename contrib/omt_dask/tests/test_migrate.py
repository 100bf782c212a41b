"""A whole migration by a cluster of processes on this machine, held against the plain one."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

from program import FLEET, Tool

from omt_dask import DaskPlugin


def test_manifest_and_receipt_are_those_of_the_plain_transfer_to_the_byte(
    tmp_path: Path, omt_installation: Callable[..., Path]
) -> None:
    tool = Tool(tmp_path, omt_installation(users=3, documents=30))
    for name, settings in (("plain", ""), ("fleet", FLEET)):
        with tool.tenant(name):
            code, _ = tool.migrate(name, settings)
            assert code == 0, tool.output[-3_000:]
    assert tool.manifest("fleet") == tool.manifest("plain")
    assert tool.said_of_any_run("fleet") == tool.said_of_any_run("plain")

    told = [json.loads(line) for line in tool.output.splitlines() if line.startswith("{")]
    notices = {line["message"] for line in told if line["event"] == "notice"}
    assert "2 workers send." in notices
    machines = next(line["machines"] for line in reversed(told) if line["event"] == "machines")
    assert len(machines) == 2
    status = [json.loads(line) for line in tool.run("status", "--workspace", tmp_path / "work-fleet", "--json")]
    rows = {line["name"]: line["items"] for line in status if line["event"] == "sending-machine"}
    assert rows == {one["name"]: one["items"] for one in machines}
    assert "Machines that sent" in (tmp_path / "work-fleet/report.html").read_text(encoding="utf-8")


def test_it_is_found_by_its_entry_point_when_it_is_installed() -> None:
    (entry,) = entry_points(group="omt.plugins", name="dask")
    assert entry.load() is DaskPlugin
