"""Plugins, good and bad, that the tests of the host load."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import ClassVar

import anyio
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.errors import ErrorCode, InstallationError, OmtError
from omt_core.api.findings import Finding, FindingCode, Severity
from omt_core.api.items import Item
from omt_core.api.plugin import Plugin, hookimpl
from omt_core.api.stages import UploadStage

ODD = FindingCode(code="odd", severity=Severity.WARNING, plugin="good", meaning="Something is odd.", remedy="Look.")


class Good(Plugin):
    """Reports one finding, with a code that it named."""

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (ODD,)

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        return (ODD.finding("This is odd.", ("HH",)),)


class Raising(Plugin):
    """Has a bug."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        raise ZeroDivisionError("a bug")

    @override
    @hookimpl
    async def contribute_upload_stages(self, call: calls.ContributeUploadStages) -> Sequence[object]:  # type: ignore[override]
        raise ZeroDivisionError("a bug")


class Waiting(Plugin):
    """Waits at a gate before it answers about users, and answers about plans at once."""

    gate: ClassVar[anyio.Event]

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        await self.gate.wait()
        return ()

    @override
    @hookimpl
    async def validate_plans(self, call: calls.ValidatePlans) -> Sequence[Finding]:
        return ()


class BlindObserver(Plugin):
    """Cannot look at an event."""

    @override
    @hookimpl
    async def observe(self, call: calls.Observe) -> None:
        raise ZeroDivisionError("a bug")


class Bringing(Plugin):
    """Brings a stage in the name of another plugin."""

    @override
    @hookimpl
    async def contribute_upload_stages(self, call: calls.ContributeUploadStages) -> Sequence[UploadStage]:
        async def batches() -> AsyncIterator[Sequence[Item]]:
            yield ()

        return [UploadStage(name="logos", title="Logos", order=60, plugin="somebody-else", items=batches)]


class Slow(Plugin):
    """Never answers."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        await anyio.sleep_forever()
        return ()


class Lying(Plugin):
    """Reports a code that it never named."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        return (ODD.finding("This is odd."),)


class Confused(Plugin):
    """Answers with something else."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        return "no findings"  # type: ignore[return-value]


DATABASE_GONE = ErrorCode(
    code="database-gone", kind=InstallationError, meaning="The database went away.", remedy="Start it."
)
DATABASE_GONE_OTHERWISE = replace(DATABASE_GONE, meaning="The database was taken away.")


class Outside(Plugin):
    """Meets trouble in the world outside, which is not its fault, and named the code of it."""

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (DATABASE_GONE,)

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        raise DATABASE_GONE.error()


class OutsideUnnamed(Plugin):
    """Meets trouble of which it never said that it could."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        raise DATABASE_GONE.error()


class OutsideOtherwise(Plugin):
    """Has a code of another plugin, and means something else by it."""

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (DATABASE_GONE_OTHERWISE,)


class OutsideTwice(Plugin):
    """Means two things by one code."""

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (DATABASE_GONE, DATABASE_GONE_OTHERWISE)


class NamesNoCodes(Plugin):
    """Answers texts where codes are wanted."""

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ("database-gone",)  # type: ignore[return-value]


class Unmarked(Plugin):
    """Forgot the mark."""

    @override
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        return ()


class NotAsync(Plugin):
    """Forgot that hooks are coroutines."""

    @hookimpl
    def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:  # type: ignore[override]
        return ()


class OtherParameters(Plugin):
    """Takes something else."""

    @hookimpl
    async def validate_users(self, users: object) -> Sequence[Finding]:  # type: ignore[override]
        return ()


class UnknownHook(Plugin):
    """Implements a hook that there is not."""

    @hookimpl
    async def validate_everything(self, call: object) -> Sequence[Finding]:
        return ()


class FreezesForGood(Plugin):
    """Cannot undo what it does."""

    @override
    @hookimpl
    async def freeze(self, call: calls.Freeze) -> None:
        del call


class Thawing(Plugin):
    """Undoes what was never done."""

    @override
    @hookimpl
    async def thaw(self, call: calls.Thaw) -> Sequence[Finding]:
        return ()


class NoPlugin:
    """Is none."""


class FailsWhenMade(Plugin):
    """Cannot be made."""

    def __init__(self, settings: object) -> None:
        raise RuntimeError("not today")
