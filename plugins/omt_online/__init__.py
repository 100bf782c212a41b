"""The online side: the client of the open protocol, the embedded reference tenant, and the receipt."""

from omt_online.plugin import OnlinePlugin

__all__ = ["OnlinePlugin"]
