"""The checks of the Checklist: has every rule say what it finds, all together or some again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from omt_core.api import calls
from omt_core.api.errors import FindingsError, InputError
from omt_core.api.findings import WAIVER_PREFIX, Finding, Severity
from omt_core.api.plugin import Plugin
from omt_core.api.users import OtherAddress
from omt_core.engine.findings import blocking, merged, unused_waivers
from omt_core.engine.session import MigrationSession
from omt_core.plugin_host import Answers

PLANS: Final = "validate_plans"
USER_NAMES: Final = "validate_user_names"
MIGRATION: Final = "validate_migration"
USERS: Final = "validate_users"
INSTALLATION: Final = "validate_installation"
DOCUMENTS: Final = "validate_documents"
ALL_CHECKS: Final = (PLANS, USER_NAMES, MIGRATION, USERS, INSTALLATION, DOCUMENTS)
"""What a full run must have been checked for."""
RECOVERY_CHECKS: Final = (INSTALLATION,)
"""What a recovery of missing files must have been checked for: it changes no users, and compares all files itself."""
PRECOPY_CHECKS: Final = (DOCUMENTS,)
"""What a precopy must have been checked for: it moves files and nothing else."""
_WAIVERS: Final = "waivers"


async def check_some(session: MigrationSession, checks: Sequence[str]) -> None:
    """Ask the rules of some checks that no decision has to do with, and keep what was found in the session."""
    ask = {INSTALLATION: _check_installation, DOCUMENTS: _check_documents}
    keep(session, {check: await ask[check](session, None) for check in checks}, seen=basis(session))


async def check_everything(session: MigrationSession, *, only: str | None = None) -> Sequence[Finding]:
    """Ask every rule, or those of `only` one plugin, keep what was found in the session, and return all findings.

    What a rule that is asked again found before is forgotten. Where something is decided meanwhile, what was found
    about plans and user names is dropped: whoever decides asks about these at once, and knows better.
    """
    located, dispatch, decided, seen = session.located, session.engine.dispatch, session.decisions, basis(session)
    before = dict(session.reviewed.seen)
    # Until they are answered, what was asked before does not stand: nothing is uploaded while rules are asked again.
    session.reviewed.seen.clear()
    found = dict(await check_decisions(session, only=only))
    users = calls.ValidateUsers(database=located.database, users=session.reviewed.users, run=session.run)
    found[USERS] = _told(await dispatch.every(Plugin.validate_users, users, only=only))
    found[INSTALLATION] = await _check_installation(session, only)
    found[DOCUMENTS] = await _check_documents(session, only)
    if session.decisions is not decided:
        del found[PLANS], found[USER_NAMES]
    if only is not None:
        # What one plugin says does not make whole what the others were not asked.
        seen = {check: one for check, one in seen.items() if before.get(check) == one}
    keep(session, found, only=only, seen=seen)
    return session.findings


async def check_decisions(session: MigrationSession, *, only: str | None = None) -> Mapping[str, Sequence[Finding]]:
    """Ask the rules about plans and user names, and those of partners, who see all decisions."""
    located = session.located
    found = {PLANS: await check_plans(session, only=only), USER_NAMES: await check_user_names(session, only=only)}
    found[MIGRATION] = _told(
        await session.engine.dispatch.every(
            Plugin.validate_migration,
            calls.ValidateMigration(
                installation=located.installation,
                database=located.database,
                licence=located.licence,
                users=session.reviewed.users,
                decisions=session.decisions,
                run=session.run,
            ),
            only=only,
        )
    )
    return found


async def check_plans(session: MigrationSession, *, only: str | None = None) -> Sequence[Finding]:
    """Ask the rules about plans; quick enough to be asked while a person moves cards."""
    found = await session.engine.dispatch.every(
        Plugin.validate_plans,
        calls.ValidatePlans(
            users=session.reviewed.users,
            plans=session.decisions.plans,
            catalogue=session.reviewed.catalogue,
            run=session.run,
        ),
        only=only,
    )
    return _told(found)


async def check_user_names(session: MigrationSession, *, only: str | None = None) -> Sequence[Finding]:
    """Ask the rules about user names, and which addresses of other persons go online because of them."""
    located, reviewed, decisions = session.located, session.reviewed, session.decisions
    removed = await session.engine.dispatch.every(
        Plugin.list_removed_addresses,
        calls.ListRemovedAddresses(
            database=located.database,
            users=reviewed.users,
            user_names={login: name for login, name in decisions.user_names.items() if login in decisions.plans},
            run=session.run,
        ),
    )
    reviewed.removed_addresses = sorted({row.email_id: row for row in removed.values}.values(), key=_row)
    found = await session.engine.dispatch.every(
        Plugin.validate_user_names,
        calls.ValidateUserNames(
            users=reviewed.users,
            plans=decisions.plans,
            user_names=decisions.user_names,
            removed_addresses=reviewed.removed_addresses,
            online=located.target,
            run=session.run,
        ),
        only=only,
    )
    return _told(found)


def basis(session: MigrationSession) -> Mapping[str, object]:
    """Return what each check looks at, of what can change in a session."""
    reviewed, decisions = session.reviewed, session.decisions
    users = tuple(reviewed.users)
    return {
        PLANS: (users, reviewed.catalogue, decisions.plans),
        USER_NAMES: (users, decisions.plans, decisions.user_names),
        MIGRATION: (users, decisions),
        USERS: users,
        INSTALLATION: None,
        DOCUMENTS: None,
    }


def keep(
    session: MigrationSession,
    found: Mapping[str, Sequence[Finding]],
    *,
    seen: Mapping[str, object],
    only: str | None = None,
) -> None:
    """Let what checks found now take the place of what they found before, of `only` one plugin or of all.

    `seen` is the `basis` of when they were asked.
    """
    reviewed, engine, waivers = session.reviewed, session.engine, session.decisions.waivers
    before = {finding for group in reviewed.found.values() for finding in group}
    other = [finding for finding in session.findings if finding not in before]
    for check, findings in found.items():
        reviewed.found[check] = merged(_of_others(reviewed.found.get(check, ()), only), findings)
        if check in seen:
            reviewed.seen[check] = seen[check]
    reviewed.found.pop(_WAIVERS, None)
    all_found = merged(other, *reviewed.found.values(), engine.host.inactive_findings())
    reviewed.found[_WAIVERS] = unused_waivers(all_found, waivers, (plugin.name for plugin in engine.host.plugins))
    session.findings = merged(all_found, reviewed.found[_WAIVERS])


def refuse_unchecked(session: MigrationSession, checks: Sequence[str]) -> None:
    """Raise `InputError` `checks-incomplete` unless these checks were answered in full for all that is decided now."""
    now, seen = basis(session), session.reviewed.seen
    open_checks = [check for check in checks if check not in seen or seen[check] != now[check]]
    if open_checks:
        raise InputError(
            "checks-incomplete",
            "Nothing is uploaded before all checks have been answered for what is decided now: "
            f"{', '.join(open_checks)}.",
            "Wait until the checks are done, or run them again, then start the upload.",
        )


def file_faults(session: MigrationSession, hook: str, faults: Iterable[Finding]) -> None:
    """Let what went wrong with plugins in a hook take the place of what went wrong there before."""
    before = frozenset(session.reviewed.found.get(hook, ()))
    session.reviewed.found[hook] = tuple(faults)
    other = (finding for finding in session.findings if finding not in before)
    session.findings = merged(other, session.reviewed.found[hook])


def standing_errors(session: MigrationSession) -> tuple[Finding, ...]:
    """Return the errors that no waiver takes away: while one stands, nothing is uploaded."""
    host = session.engine.host
    return blocking((*session.findings, *host.inactive_findings()), session.decisions.waivers, host.codes)


def refuse_errors(session: MigrationSession) -> None:
    """Raise `FindingsError` when a finding of severity error stands that is not waived; nothing was changed so far."""
    standing = standing_errors(session)
    if not standing:
        return
    session.findings = merged(session.findings, session.engine.host.inactive_findings())
    codes = ", ".join(sorted({finding.code for finding in standing}))
    raise FindingsError(
        "findings-stand",
        f"{len(standing)} findings of severity {Severity.ERROR.value} stand: {codes}.",
        "Mend what they name, or waive them by `waive` in the answers file. Nothing was changed so far.",
    )


async def _check_installation(session: MigrationSession, only: str | None) -> Sequence[Finding]:
    located = session.located
    call = calls.ValidateInstallation(
        installation=located.installation,
        database=located.database,
        licence=located.licence,
        run=session.run,
        online=located.target,
    )
    return _told(await session.engine.dispatch.every(Plugin.validate_installation, call, only=only))


async def _check_documents(session: MigrationSession, only: str | None) -> Sequence[Finding]:
    located = session.located
    call = calls.ValidateDocuments(installation=located.installation, database=located.database, run=session.run)
    return _told(await session.engine.dispatch.every(Plugin.validate_documents, call, only=only))


def _told(answers: Answers[Finding]) -> Sequence[Finding]:
    """Return what rules found, and what went wrong with plugins while they were asked, under the one check."""
    return (*answers.values, *answers.faults)


def _row(address: OtherAddress) -> int:
    return address.email_id


def _of_others(findings: Iterable[Finding], only: str | None) -> Iterable[Finding]:
    """Return what stays when the rules of `only` one plugin are asked again: what is of the other plugins."""
    if only is None:
        return ()
    return (one for one in findings if one.plugin != only and f"{WAIVER_PREFIX}{only}" not in one.subjects)
