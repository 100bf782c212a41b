"""The client of the open protocol, and what checks a receipt."""

from omt_online.plugin import OnlinePlugin

__all__ = ["OnlinePlugin"]
