"""What the first page says of this machine: the lines of `omt doctor`, of the tool as it is put together now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.wizard.api.page import page_in

pytestmark = pytest.mark.anyio


async def test_the_machine_is_looked_at_with_the_installation_and_the_tenant_that_are_known(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        told = (await page.get("/api/machine")).json
        state = (await page.get("/api/state")).json
    found = {line["name"]: line for line in told["lines"]}
    made_from = {"template", "parameters", "remedy_template", "remedy_parameters"}
    assert all(set(line) == {"name", "state", "plugin", "message", "remedy", *made_from} for line in told["lines"])
    assert {found[name]["state"] for name in ("installation", "tenant", "clock", "service-config")} == {"ok"}
    assert str(tmp_path / "work") in found["workspace"]["message"]
    assert told["worst"] == told["lines"][0]["state"]
    assert (state["screen"], state["busy"]) == ("welcome", None)
    assert not (tmp_path / "work").exists()


async def test_it_is_looked_at_while_an_installation_is_open_too(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        await page.post("/api/start")
        answered = await page.get("/api/machine")
    assert answered.status == 200
    assert {line["state"] for line in answered.json["lines"] if line["name"] == "workspace"} == {"ok"}
