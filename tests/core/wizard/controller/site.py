"""A simulated installation, a tenant, and a controller between them, all in the process of the test."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from omt_core.api.decisions import Contact, MigrationKind
from omt_core.api.installation import ManualAnswers
from omt_core.app import Application, compose
from omt_core.engine.upload.planned_start import Clock
from omt_core.testing.crm import build_crm
from omt_core.wizard.controller import SessionController, StartOptions
from omt_core.wizard.controller.document import CheckState, State, UploadState
from omt_tenant.embedded import serve_tenant
from omt_tenant.migration.plan_catalogue import OfferedPlan

PLANS = ("ten-sales", "ten-service", "ten-marketing", "ten-salesservicemarketing")
CONTACT = Contact(email="migrator@example.com", phone="1", language="en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a test works with."""

    folder: Path
    controller: SessionController

    @property
    def document(self) -> State:
        """The same, with its types."""
        return State.model_validate_json(self.controller.state())

    @property
    def state(self) -> dict[str, object]:
        """The state document as the page reads it."""
        document: dict[str, object] = json.loads(self.controller.state())
        return document

    async def log_in(self) -> None:
        """Log on as the administrator whom the simulator made."""
        password = (self.folder / "site" / "password.txt").read_text(encoding="utf-8").strip()
        await self.controller.log_in("HH", SecretStr(password))

    async def to_checklist(self, kind: MigrationKind = MigrationKind.TEST) -> None:
        """Go from Welcome to an open Checklist whose checks are done."""
        await self.controller.start()
        await self.log_in()
        await self.controller.confirm(CONTACT, kind, agreed=True)
        await self.until_checked()

    async def until_checked(self) -> None:
        """Wait until the checks are done."""
        await self.until_it_holds(lambda: self.document.checks.state is not CheckState.RUNNING)

    async def to_ready(self, kind: MigrationKind = MigrationKind.TEST) -> None:
        """Go on to where the upload can begin."""
        await self.to_checklist(kind)
        await self.controller.checklist.mark_done("plans")
        await self.controller.checklist.mark_done("user_names")
        await self.controller.checklist.mark_done("notifications")

    async def until(self, *states: UploadState) -> None:
        """Wait until the upload is in one of these states."""
        await self.until_it_holds(lambda: self.controller.upload.state in states)

    async def until_it_holds(self, holds: Callable[[], bool]) -> None:
        """Wait for a message after which something holds."""
        if holds():
            return
        async for _ in self.controller.events.after(None):
            if holds():
                return


@asynccontextmanager
async def site_in(
    folder: Path,
    *,
    users: int = 6,
    documents: int = 10,
    plants: Mapping[str, int] | None = None,
    seats: int = 50,
    plugins: Sequence[str] = (),
    clock: Clock | None = None,
) -> AsyncIterator[Site]:
    """Build what is not there yet, and begin at Welcome; entered again, it is the tool started again."""
    if not (folder / "site").is_dir():
        await build_crm(folder / "site", users=users, documents=documents, plants=plants or {})
    plans = [OfferedPlan(name=name, total=seats) for name in PLANS]
    async with serve_tenant(folder / "tenant", plans=plans) as tenant:
        online = {"online": {"url": tenant.url, "token_file": str(tenant.token_file)}}
        options = StartOptions(
            answers=ManualAnswers(root=folder / "site" / "machine"), workspace=folder / "work", clock=clock
        )
        async with SessionController.run(partial(_put_together, online, plugins), options) as controller:
            yield Site(folder=folder, controller=controller)


def _put_together(
    answers: Mapping[str, Mapping[str, object]], plugins: Sequence[str], sections: Mapping[str, object]
) -> Application:
    return compose(answers=answers, options=sections, plugins=plugins)
