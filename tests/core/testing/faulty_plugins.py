"""Plugins that break one rule of the conformance suite each."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from omt_core.api import (
    ErrorCode,
    Finding,
    FindingCode,
    InstallationError,
    OmtError,
    Plugin,
    PluginSettings,
    Severity,
    calls,
    hookimpl,
)

FOUND = FindingCode(code="it-is-so", severity=Severity.INFO, plugin="sample", meaning="It is so.", remedy="Let it be.")
SHOUTED = FindingCode(code="It_Is", severity=Severity.INFO, plugin="sample", meaning="It is.", remedy="Let it be.")
SPEECHLESS = FindingCode(code="it-is-so", severity=Severity.INFO, plugin="sample", meaning=" ", remedy="Let it be.")
BORROWED = FindingCode(
    code="it-is-so", severity=Severity.INFO, plugin="other", meaning="It is so.", remedy="Let it be."
)
SAMPLE_GONE = ErrorCode(code="sample-gone", kind=InstallationError, meaning="It is gone.", remedy="Look for it.")


class GoodSettings(PluginSettings):
    """Settings as they shall be."""

    word: str = Field(default="so", description="How it is.")


class Good(Plugin):
    """Keeps every rule."""

    settings_model: ClassVar[type[PluginSettings]] = GoodSettings
    codes: ClassVar[tuple[FindingCode, ...]] = (FOUND,)
    errors: ClassVar[tuple[ErrorCode[OmtError], ...]] = ()

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return self.errors

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return self.codes

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        return [FOUND.finding(f"{len(call.users)} users.", tuple(user.login for user in call.users))]


class Unspoken(Good):
    """Has an error code that says nothing in sentences."""

    errors = (ErrorCode(code="sample-gone", kind=InstallationError, meaning="gone", remedy="Look for it."),)


class Wordless(Good):
    """Has an error code without a word on what to do."""

    errors = (ErrorCode(code="sample-gone", kind=InstallationError, meaning="It is gone.", remedy=""),)


class Screaming(Good):
    """Has an error code that is not words joined by hyphens."""

    errors = (ErrorCode(code="Sample_Gone", kind=InstallationError, meaning="It is gone.", remedy="Look for it."),)


class Reticent(Good):
    """Raises an error that it never named."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        raise SAMPLE_GONE.error()


class Shouting(Good):
    """Has a code that is not words joined by hyphens."""

    codes = (SHOUTED, FOUND)


class Speechless(Good):
    """Has a code that says nothing."""

    codes = (SPEECHLESS,)


class Borrowing(Good):
    """Has a code that names another plugin."""

    codes = (BORROWED,)


class Nameless(Good):
    """Reports a code that it never named."""

    codes = ()


class Demanding(Good):
    """Cannot be made without settings."""

    class Settings(PluginSettings):
        """Has a setting that must be given."""

        word: str = Field(description="How it is.")

    settings_model = Settings


class Silent(Good):
    """Does not describe its setting."""

    class Settings(PluginSettings):
        """Has a setting without a word about it."""

        word: str = "so"

    settings_model = Settings


class Fragile(Good):
    """Falls over names that it did not expect."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        return [FOUND.finding(user.emails[0].encode("ascii").decode()) for user in call.users]


class Expectant(Good):
    """Believes that there is always a user."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        return [FOUND.finding(call.users[0].login)]


class Moody(Good):
    """Says something else each time."""

    _number: ClassVar = itertools.count()

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        return [FOUND.finding(f"Time {next(self._number)}.")]


class Blocking(Good):
    """Sleeps on the event loop."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        time.sleep(0)  # noqa: ASYNC251 - what is to be caught
        return ()


class Writing(Good):
    """Writes on site, and keeps quiet that it could not."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        try:
            await call.database.write("DELETE FROM person")
        except PermissionError:
            return ()
        return ()


class Mute(Good):
    """Has nothing to say in its finding."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        return [FOUND.finding(" ")]
