"""What the freeze writes."""

from __future__ import annotations

from pydantic import Field

from omt_core.api import PluginSettings
from omt_crm.vocabulary import NO_LOGIN_EVENT


class FreezeSettings(PluginSettings):
    """The section `freeze` of the settings. A thaw undoes what was written, whatever the settings say by then."""

    event_key: str = Field(default=NO_LOGIN_EVENT, min_length=1, max_length=254)
    """systemevent.eventkey of No Login. It is not documented, and formed like the one key that is."""

    event_message: str = Field(
        default="SuperOffice is closed: it is being moved to CRM Online.", min_length=1, max_length=254
    )
    """systemevent.eventmess: what the Windows client tells a user whom it turns away. Who froze and when follows it."""

    service_config_names: tuple[str, ...] = ("config", "service.config")
    """Names of the configuration file below the base folder of the Service; the first that exists is used.

    The vendor's pages call it by both names.
    """
