"""What was judged in the checks, held against what the snapshot holds that goes online: the one place for it.

Hours may lie between the two: the rest of an evening in the wizard, a freeze that had to wait. So nothing that was read
of the database before counts for what is sent: users, licence, and what the rules look at are read in the snapshot. The
files the upload judges itself, one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from omt_core.api import calls
from omt_core.api.decisions import Decisions
from omt_core.api.errors import InstallationError, OmtError
from omt_core.api.findings import Finding
from omt_core.api.installation import Licence
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import Sentence, joined, plural, sentence
from omt_core.api.text import listing
from omt_core.api.users import User
from omt_core.engine import facts
from omt_core.engine.checklist import proposed_user_names, read_users
from omt_core.engine.checks import (
    ALL_CHECKS,
    INSTALLATION,
    MIGRATION,
    NOT_IN_SNAPSHOT,
    RECOVERY_CHECKS,
    basis,
    check,
    file_about_waivers,
)
from omt_core.engine.errors import CHANGED_SINCE_CHECKED
from omt_core.engine.findings import USERS_CHANGED, VERSION_CHANGED, blocking
from omt_core.engine.recheck.user_changes import SHOWN, UserChanges
from omt_core.engine.session import MigrationSession, Snapshot

_OWNER: Final = "recheck"
_MESSAGES: Final = 5
"""How many of the findings that stop a run its error says whole; all are in the log."""
_LEAVE_OUT: Final = frozenset({INSTALLATION, MIGRATION})
"""Checks whose rules are told that this is the snapshot, and leave out what takes long."""


class RefusedInSnapshotError(Exception):
    """The snapshot must not go online, as `error` says to a person; whoever catches it lets the users in again."""

    def __init__(self, error: OmtError) -> None:
        super().__init__(error.message)
        self.error = error


def forget_told(session: MigrationSession) -> None:
    """Forget what was told of an earlier upload: of one, what changed is told of all its snapshots together."""
    session.log.file(_OWNER, ())


async def recheck(session: MigrationSession, *, precopy: bool) -> None:
    """Ask again, within the snapshot, what this run was checked for, and go on with the users that it holds.

    A difference that blocks nothing is told by findings. Raises `RefusedInSnapshotError` where a rule refuses what is
    there now, or the licence is another; `SnapshotLostError` where the view is gone. Where it is refused, what was
    decided is kept, also about users who are gone; else that is let go.
    """
    licence = await _same_licence(session)
    if precopy:
        return  # files alone, which no decision is about
    found: list[Finding] = []
    now = session.now
    if licence.version != now.located.licence.version:
        told = sentence(
            "The version was {before} and is {now}.", before=now.located.licence.version, now=licence.version
        )
        found.append(VERSION_CHANGED.finding(told))
        await facts.pin_licence(session.journal, licence)
    changes = UserChanges.between((), ())
    looked_at = replace(now, located=replace(now.located, licence=licence))
    if not now.only_missing:
        users, catalogue = await read_users(session)
        changes = UserChanges.between(now.users, users)
        decisions = await _followed(session, changes, users)
        looked_at = replace(looked_at, users=users, catalogue=catalogue, decisions=decisions)
        if said := [*changes.sentences(), *_other_names(changes.followed(now.decisions.user_names), decisions)]:
            found.append(USERS_CHANGED.finding(joined(said, " "), changes.logins))
    checks = [name for name in (RECOVERY_CHECKS if now.only_missing else ALL_CHECKS) if name not in NOT_IN_SNAPSHOT]
    report = await check(session.engine, looked_at, checks, in_snapshot=True)
    refused = blocking(
        [finding for name in checks for finding in report.found[name]], now.waived, session.engine.host.codes
    )
    if refused:
        # Where rules failed since the view was lost meanwhile, this raises that, and all is read anew.
        await _same_licence(session)
    if not now.only_missing:
        await _take(session, looked_at, changes, refused=bool(refused))
    session.log.file_all({_OWNER: (*session.log.of(_OWNER), *found), **_superseding(session, report.found)})
    if refused:
        raise RefusedInSnapshotError(_error(found, refused))
    current = basis(session.now)
    session.answer({**now.answered, **{name: current[name] for name in checks}}, report.removed_addresses)
    file_about_waivers(session)


async def _same_licence(session: MigrationSession) -> Licence:
    """Read the licence. The plugin that decides on recovery is asked whether another one may be gone on with (W71)."""
    now = session.now
    judged, dispatch = now.located.licence, session.engine.dispatch
    licence = await dispatch.one(Plugin.read_licence, calls.ReadLicence(database=now.located.database, run=now.run))
    if (licence.owner, licence.serial) != (judged.owner, judged.serial) and now.located.status is not None:
        earlier = calls.EarlierRun(
            kind=now.decisions.kind, completed=now.only_missing, owner=judged.owner, serial=judged.serial
        )
        call = calls.PlanRecovery(earlier=earlier, status=now.located.status, licence=licence, run=now.run)
        try:
            await dispatch.one(Plugin.plan_recovery, call)
        except InstallationError as error:
            raise RefusedInSnapshotError(error) from error
    return licence


async def _followed(session: MigrationSession, changes: UserChanges, users: Sequence[User]) -> Decisions:
    """Return the decisions as they are about the users of now.

    Whose user name was an address of theirs, and is none any more, has the one that is proposed now.
    """
    decided = session.now.decisions
    plans, names = changes.followed(decided.plans), changes.followed(decided.user_names)
    outdated = changes.outdated(names) & plans.keys()
    if outdated:
        proposed = await proposed_user_names(session, users, plans)
        names = {login: name for login, name in names.items() if login not in outdated}
        names |= {login: proposed[login] for login in outdated & proposed.keys()}
    return replace(decided, plans=plans, user_names=names)


def _other_names(before: Mapping[str, str], decisions: Decisions) -> list[Sentence]:
    """Say whose user name is another than was decided, and which."""
    names = decisions.user_names
    others = [
        sentence("{login} (now {new})", login=login, new=names[login])
        for login in sorted(names.keys() & decisions.plans.keys() & before.keys())
        if names[login] != before[login]
    ]
    if not others:
        return []
    return [sentence("Their user name follows the address: {users}.", users=listing(others, SHOWN))]


async def _take(session: MigrationSession, looked_at: Snapshot, changes: UserChanges, *, refused: bool) -> None:
    """Take the users of the snapshot, and what is decided about them."""
    decided = session.now.decisions
    session.review(looked_at.users, looked_at.catalogue)
    if refused:
        await session.assign(plans=changes.kept(decided.plans), user_names=changes.kept(decided.user_names))
    elif (decided.plans, decided.user_names) != (looked_at.decisions.plans, looked_at.decisions.user_names):
        await session.assign(plans=looked_at.decisions.plans, user_names=looked_at.decisions.user_names)


def _superseding(session: MigrationSession, found: Mapping[str, Iterable[Finding]]) -> Mapping[str, Sequence[Finding]]:
    """Return what each check has found in all: of what was left out this time, what it had found before."""
    filed: dict[str, Sequence[Finding]] = {}
    for name, findings in found.items():
        newer = tuple(findings)
        known = {(finding.plugin, finding.code) for finding in newer}
        older = session.log.of(name) if name in _LEAVE_OUT else ()
        filed[name] = (*(finding for finding in older if (finding.plugin, finding.code) not in known), *newer)
    return filed


def _error(found: Sequence[Finding], refused: Sequence[Finding]) -> OmtError:
    codes = ", ".join(sorted({finding.code for finding in refused}))
    message = plural(
        len(refused),
        "The installation was changed after the checks, so that now {number:,} finding of severity error stands:"
        " {codes}.",
        "The installation was changed after the checks, so that now {number:,} findings of severity error stand:"
        " {codes}.",
        codes=codes,
    )
    told = [finding.message for finding in (*refused[:_MESSAGES], *found)]
    return CHANGED_SINCE_CHECKED.error(joined([message, *told], " "))
