"""A partner's plugin that takes the place of a default one: it logs on, and has a finding code of the user names."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import override

from omt_core.api import FindingCode, LoginOutcome, LoginResult, Plugin, Severity, calls, hookimpl


class OwnNames(Plugin):
    """Knows nobody."""

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (
            FindingCode(
                code="user-name-duplicate",
                severity=Severity.ERROR,
                plugin="own_names",
                meaning="Two users have one name.",
                remedy="Name one of them otherwise.",
            ),
        )

    @override
    @hookimpl
    async def authenticate(self, call: calls.Authenticate) -> LoginResult:
        return LoginResult(outcome=LoginOutcome.WRONG_CREDENTIALS)
