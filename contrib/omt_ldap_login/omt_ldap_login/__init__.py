"""A plugin for the Online Migration Tool: the migrator logs on with the password of an LDAP directory."""

from omt_ldap_login.plugin import LdapLoginPlugin
from omt_ldap_login.settings import LdapLoginSettings

__all__ = ["LdapLoginPlugin", "LdapLoginSettings"]
