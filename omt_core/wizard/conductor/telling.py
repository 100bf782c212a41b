"""Makes the state document from session and journal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omt_core.api.decisions import Decisions
from omt_core.api.errors import OmtError
from omt_core.api.users import Administrator
from omt_core.engine.result import error_line
from omt_core.engine.session import Snapshot
from omt_core.version import __version__
from omt_core.wizard.conductor.screens import before, step_bar
from omt_core.wizard.conductor.state import (
    AdministratorPart,
    Busy,
    ContactPart,
    EvidencePart,
    LicencePart,
    NotificationsPart,
    RecoveryPart,
    ResultPart,
    Screen,
    State,
    TenantPart,
    UploadState,
)

if TYPE_CHECKING:
    from omt_core.wizard.conductor.conductor import Conductor


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was last read from the journal, so that telling needs no wait."""

    frozen: bool = False
    interrupted: bool = False
    changes: str = "{}"
    administrator: Administrator | None = None


def tell(
    conductor: Conductor, *, known: Known, screen: Screen, revision: int, busy: Busy | None, error: OmtError | None
) -> State:
    """Return the state as it is now."""
    session = conductor.lease.runner.now if conductor.lease.is_open else None
    decisions = Decisions() if session is None else session.decisions
    mode = None if session is None else session.mode
    url, _ = conductor.composer.online()
    back = before(screen, mode, decisions.recovery) is not None and not conductor.upload.under_way
    return State(
        version=__version__,
        revision=revision,
        screen=screen,
        steps=step_bar(screen, mode, decisions.recovery),
        can_go_back=back and (screen is not Screen.UPLOAD or conductor.upload.state is UploadState.IDLE),
        busy=busy,
        error=None if error is None else error_line(error),
        workspace=None if session is None else session.folder,
        mode=mode,
        kind=decisions.kind,
        frozen=known.frozen,
        interrupted=known.interrupted,
        licence=None if session is None else _licence(session),
        tenant=TenantPart(url=url) if url else None,
        evidence=() if session is None else _evidence(session),
        recovery=RecoveryPart(
            choices=() if session is None else session.located.plan.choices, chosen=decisions.recovery
        ),
        administrator=_administrator(known.administrator if session is None else session.administrator),
        contact=None
        if decisions.contact is None
        else ContactPart(
            email=decisions.contact.email, phone=decisions.contact.phone, language=decisions.contact.language
        ),
        agreement_accepted=decisions.agreement_accepted,
        notifications=NotificationsPart(
            welcome=decisions.notifications.welcome, summary=decisions.notifications.summary
        ),
        checklist=conductor.checklist.part(),
        checks=conductor.checks.part(),
        upload=conductor.upload.part(),
        result=_result(conductor, known),
    )


def _licence(session: Snapshot) -> LicencePart:
    licence = session.located.licence
    return LicencePart(owner=licence.owner, serial=licence.serial, version=licence.version)


def _evidence(session: Snapshot) -> tuple[EvidencePart, ...]:
    return tuple(
        EvidencePart(setting=one.setting, value=one.value, source=one.source)
        for one in session.located.installation.evidence
    )


def _administrator(person: Administrator | None) -> AdministratorPart | None:
    if person is None:
        return None
    return AdministratorPart(
        login=person.login,
        full_name=person.full_name,
        right=person.right,
        emails=person.emails,
        phones=person.phones,
    )


def _result(conductor: Conductor, known: Known) -> ResultPart | None:
    result, upload = conductor.upload.result, conductor.upload
    if result is None or upload.state is not UploadState.DONE:
        return None
    counted = upload.part()
    return ResultPart(
        files=result.sent.files + result.skipped.files,
        bytes=upload.confirmed_bytes,
        tables=result.tables,
        rows=result.rows,
        missing=result.missing,
        failed=result.failed,
        receipt=result.receipt,
        report=upload.report,
        kind=result.kind,
        changes=json.loads(known.changes),
        can_thaw=known.frozen and counted.state is UploadState.DONE,
    )
