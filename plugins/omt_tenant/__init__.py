"""The embedded reference tenant: the other end of docs/reference/protocol.md, in one process and one folder."""

from omt_tenant.plugin import TenantPlugin

__all__ = ["TenantPlugin"]
