"""What the plugin brings: the command and finding codes."""

from __future__ import annotations

from omt_tenant import TenantPlugin
from omt_tenant.findings import CODES, PLUGIN
from omt_tenant.settings import TenantSettings


def test_it_brings_the_command_tenant():
    assert [command.name for command in TenantPlugin(TenantSettings()).add_commands()] == ["tenant"]


def test_its_finding_codes_are_its_own_and_sorted():
    codes = TenantPlugin(TenantSettings()).add_finding_codes()
    assert codes == CODES
    assert {code.plugin for code in codes} == {PLUGIN}
    assert sorted({code.code for code in codes}) == [code.code for code in codes]
