"""The section `online` of the settings: how to reach a tenant, and how the embedded tenant behaves."""

from __future__ import annotations

from omt_online.client.settings import ClientSettings
from omt_online.server.settings import TenantSettings


class OnlineSettings(ClientSettings):
    """The client's settings stand in the section itself, those of the command `tenant` in `online.tenant`."""

    tenant: TenantSettings = TenantSettings()
    """The embedded reference tenant, for `omt tenant`."""
