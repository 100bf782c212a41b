"""A plugin for the Online Migration Tool: user names only in the company's own e-mail domains."""

from omt_email_domains.plugin import EmailDomainsPlugin
from omt_email_domains.settings import EmailDomainsSettings

__all__ = ["EmailDomainsPlugin", "EmailDomainsSettings"]
