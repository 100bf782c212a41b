"""The client of the open online protocol: the default online target."""

from omt_online.client.connection import connect
from omt_online.settings import ClientSettings

__all__ = ["ClientSettings", "connect"]
