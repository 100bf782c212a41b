"""The tool is killed while its fleet sends, and goes on with whoever is there then."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forked_site import ForkedSite, forked_site
from program import FLEET, Tool, telling


@pytest.fixture
def running(tmp_path: Path) -> Iterator[ForkedSite]:
    (tmp_path / "site").mkdir()
    with forked_site(tmp_path / "site") as made:
        made.begin()
        yield made


@pytest.mark.parametrize("seed", [3])
def test_a_tool_that_is_killed_goes_on_to_the_end_of_the_plain_transfer(
    tmp_path: Path, omt_installation: Callable[..., Path], running: ForkedSite, seed: int
) -> None:
    tool = Tool(tmp_path, omt_installation(users=3, documents=60))
    with tool.tenant("plain"):
        assert tool.migrate("plain")[0] == 0, tool.output[-3_000:]
    settings = f'{FLEET}[dask]\nscheduler = "{running.address}"\n'
    settings += "[dask.upload]\nbundle_bytes = 65_536\nshortest_request = 16_384\n"
    chance = random.Random(seed)
    with tool.tenant("fleet"):
        with telling(tool.words("fleet", settings, "--limit-rate", "200K"), tmp_path) as first:
            first.wait(lambda: any(one.get("event") == "machines" for one in first.events))
            # A share of the line is handed out behind another: after so many lines of progress some have sent.
            progress = chance.randrange(3, 12) + len(first.events)
            first.wait(lambda: len(first.events) > progress)
            first.process.kill()
        code, _ = tool.migrate("fleet", settings)
        assert code == 0, tool.output[-3_000:]
    assert tool.manifest("fleet") == tool.manifest("plain")
    assert tool.said_of_any_run("fleet") == tool.said_of_any_run("plain")
