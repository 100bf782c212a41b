"""What the plugin brings: commands, finding codes, and a connection to the tenant that its settings name."""

from __future__ import annotations

import pytest

from omt_core.api.calls import ConnectOnline
from omt_core.api.errors import InputError
from omt_online import OnlinePlugin
from omt_online.findings import CODES, PLUGIN
from omt_online.server.embedded import serve_tenant
from omt_online.settings import OnlineSettings


class Run:
    """The context of a run that keeps nothing."""

    workspace = None

    def emit(self, event: object) -> None:
        """Forget the event."""


def test_it_brings_the_commands_tenant_and_verify():
    assert [command.name for command in OnlinePlugin(OnlineSettings()).add_commands()] == ["tenant", "verify"]


def test_its_finding_codes_are_its_own_and_sorted():
    codes = OnlinePlugin(OnlineSettings()).add_finding_codes()
    assert codes == CODES
    assert {code.plugin for code in codes} == {PLUGIN}
    assert sorted({code.code for code in codes}) == [code.code for code in codes]


def test_the_tenants_settings_stand_in_a_part_of_their_own():
    settings = OnlineSettings.model_validate({"tenant": {"token_seconds": 5, "importing": {"threads": 1}}})
    assert (settings.tenant.token_seconds, settings.tenant.importing.threads) == (5, 1)


@pytest.mark.anyio
async def test_it_connects_to_the_tenant_that_the_settings_name(tmp_path):
    async with serve_tenant(tmp_path) as tenant:
        plugin = OnlinePlugin(OnlineSettings(url=tenant.url, token_file=tenant.token_file))
        target = await plugin.connect_online(ConnectOnline(run=Run()))
        try:
            assert [plan.total for plan in await target.plans()] == [1_000] * 9
        finally:
            await target.aclose()


@pytest.mark.anyio
async def test_without_an_address_it_says_what_is_missing():
    with pytest.raises(InputError):
        await OnlinePlugin(OnlineSettings()).connect_online(ConnectOnline(run=Run()))
