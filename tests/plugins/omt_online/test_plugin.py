"""What the plugin brings: commands, finding codes, and a connection to the tenant that its settings name."""

from __future__ import annotations

import pytest

from omt_core.api.calls import ConnectOnline
from omt_core.api.errors import InputError
from omt_online import OnlinePlugin
from omt_online.client import ClientSettings
from omt_online.findings import CODES, PLUGIN
from omt_tenant.embedded import serve_tenant


class Run:
    """The context of a run that keeps nothing."""

    workspace = None

    def emit(self, event: object) -> None:
        """Forget the event."""


def test_it_brings_the_command_verify():
    assert [command.name for command in OnlinePlugin(ClientSettings()).add_commands()] == ["verify"]


def test_its_finding_codes_are_its_own_and_sorted():
    codes = OnlinePlugin(ClientSettings()).add_finding_codes()
    assert codes == CODES
    assert {code.plugin for code in codes} == {PLUGIN}
    assert sorted({code.code for code in codes}) == [code.code for code in codes]


@pytest.mark.anyio
async def test_it_connects_to_the_tenant_that_the_settings_name(tmp_path):
    async with serve_tenant(tmp_path) as tenant:
        plugin = OnlinePlugin(ClientSettings(url=tenant.url, token_file=tenant.token_file))
        target = await plugin.connect_online(ConnectOnline(run=Run()))
        try:
            assert [plan.total for plan in await target.plans()] == [1_000] * 9
        finally:
            await target.aclose()


@pytest.mark.anyio
async def test_without_an_address_it_says_what_is_missing():
    with pytest.raises(InputError):
        await OnlinePlugin(ClientSettings()).connect_online(ConnectOnline(run=Run()))
