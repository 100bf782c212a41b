"""Partner plugins for the tests: one that blocks, one that raises, one that brings a stage, one that has settings."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Literal

import anyio
from pydantic import Field, SecretStr
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.events import Notice
from omt_core.api.findings import Finding, FindingCode, Severity
from omt_core.api.items import Item
from omt_core.api.plugin import Plugin, PluginSettings, hookimpl
from omt_core.api.stages import UploadStage

BLOCKED = FindingCode(
    code="partner-says-no", severity=Severity.ERROR, plugin="partner", meaning="The partner says no.", remedy="Ask."
)


class Blocks(Plugin):
    """Finds something wrong."""

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (BLOCKED,)

    @override
    @hookimpl
    async def validate_migration(self, call: calls.ValidateMigration) -> Sequence[Finding]:
        return (BLOCKED.finding(f"{call.licence.owner} shall not pass.", (call.licence.serial,)),)


class Raises(Plugin):
    """Has a bug."""

    @override
    @hookimpl
    async def validate_migration(self, call: calls.ValidateMigration) -> Sequence[Finding]:
        raise RuntimeError("a bug in the partner's plugin")


class BringsStage(Plugin):
    """Moves the files of one more folder, named by the environment."""

    @override
    @hookimpl
    async def contribute_upload_stages(self, call: calls.ContributeUploadStages) -> Sequence[UploadStage]:
        found = [_item(path) for path in sorted(Path(os.environ["OMT_TEST_FOLDER"]).iterdir())]  # noqa: ASYNC240 - three files

        async def items() -> AsyncIterator[Sequence[Item]]:
            yield found

        return (UploadStage(name="recordings", title="Recordings", order=70, plugin="partner", items=items),)


class BlocksAndBringsStage(Blocks, BringsStage):
    """Does both."""


class Intrudes(Plugin):
    """Changes the CRM's database between the checks and the snapshot, as people may in the hours in between."""

    @override
    @hookimpl
    async def before_phase(self, call: calls.AroundPhase) -> None:
        if call.phase == "upload":
            with closing(sqlite3.connect(os.environ["OMT_TEST_CRM"])) as crm:
                crm.executescript(os.environ["OMT_TEST_CHANGE"])


class WaitsForALock(Plugin):
    """Confirms a freeze only once a lock is free that somebody keeps for ever."""

    @override
    @hookimpl
    async def confirm_freeze(self, call: calls.ConfirmFreeze) -> None:
        call.run.emit(Notice(message="Waiting for a lock."))
        await anyio.sleep_forever()


class IntrudesAndWatches(Intrudes):
    """Has a rule of its own on users, too."""

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (BLOCKED,)

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        strangers = tuple(user.login for user in call.users if user.full_name.endswith("Stranger"))
        return (BLOCKED.finding("The partner knows somebody.", strangers),) if strangers else ()


class GreetingSettings(PluginSettings):
    """How somebody is greeted, with a setting of each kind."""

    greeting: str = Field(default="Hello", description="Word to greet with.")
    loud: bool = Field(default=False, description="Whether it is shouted.")
    times: int = Field(default=1, ge=1, le=3, description="How often.")
    manner: Literal["kind", "brief"] = Field(default="kind", description="In which manner.")
    names: tuple[str, ...] = Field(default=(), description="Who is greeted.")
    secret: SecretStr = Field(default=SecretStr(""), description="A secret of the partner's.")


GREETED = FindingCode(
    code="partner-greets", severity=Severity.WARNING, plugin="partner", meaning="The partner greets.", remedy="Wave."
)


class Greets(Plugin):
    """Says what its settings say."""

    settings_model: ClassVar[type[PluginSettings]] = GreetingSettings

    def __init__(self, settings: GreetingSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (GREETED,)

    @override
    @hookimpl
    async def validate_migration(self, call: calls.ValidateMigration) -> Sequence[Finding]:
        said = " ".join([self._settings.greeting] * self._settings.times)
        return (GREETED.finding(said.upper() if self._settings.loud else said, self._settings.names),)


def _item(path: Path) -> Item:
    stat = path.stat()
    return Item(
        stage="recordings", key=path.name, name=path.name, path=path, size=stat.st_size, mtime_ns=stat.st_mtime_ns
    )
