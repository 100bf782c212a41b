"""The plugin: connects the rules to the hooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from omt_core.api import Finding, FindingCode, Plugin, PluginSettings, calls, hookimpl
from typing_extensions import override

from omt_email_domains.findings import CODES
from omt_email_domains.rules import outside_domains, role_mailboxes
from omt_email_domains.settings import EmailDomainsSettings


class EmailDomainsPlugin(Plugin):
    """Lets nobody go online under an address that is not the company's."""

    settings_model: ClassVar[type[PluginSettings]] = EmailDomainsSettings

    def __init__(self, settings: EmailDomainsSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @override
    @hookimpl
    async def validate_user_names(self, call: calls.ValidateUserNames) -> Sequence[Finding]:
        # A user without a plan cannot log in online, so their user name does not matter.
        used = {login: name for login, name in call.user_names.items() if login in call.plans and name.strip()}
        return (*outside_domains(used, self._settings), *role_mailboxes(used, self._settings))
