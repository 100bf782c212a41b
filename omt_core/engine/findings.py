"""Findings of a run: which of them stop it, what the journal adds, and the core's own codes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from omt_core.api.decisions import Decisions, MigrationKind, Waiver
from omt_core.api.events import FindingRaised
from omt_core.api.findings import FOLDER_PREFIX, SUBJECTS_SHOWN, WAIVER_PREFIX, Finding, FindingCode, Severity
from omt_core.api.items import ItemState
from omt_core.api.online import CompletedMigration
from omt_core.api.sentence import Sentence, joined, sentence
from omt_core.journal import Journal
from omt_core.plugin_host import CORE, EventHub

LEFT_ON_SITE: Final = "left-on-site"
"""The code under which a plugin lists tables and columns that stay on site; receipt and report take them from there."""

WAIVER_UNUSED: Final = FindingCode(
    code="waiver-unused",
    severity=Severity.INFO,
    plugin=CORE,
    meaning="The answers waive something that was not found, perhaps because of a spelling mistake.",
    remedy="Take the waiver out of the answers file, or correct its spelling.",
)
WAIVER_OF_TEST: Final = FindingCode(
    code="waiver-of-test",
    severity=Severity.WARNING,
    plugin=CORE,
    meaning="What was waived for a test migration does not count in the live one until somebody waives it anew: what"
    " does no harm in a test may lose data when the migration is live.",
    remedy="Mend what was found. What may stand in the live migration too is waived once more: in the wizard on the"
    ' page Checks, in an answers file by `waive = [{ code = "...", reason = "...", live = true }]`.',
)
REPORT_NOT_WRITTEN: Final = FindingCode(
    code="report-not-written",
    severity=Severity.WARNING,
    plugin=CORE,
    meaning="The report could not be written into the workspace; the migration itself is not affected.",
    remedy="Write it again by `omt report`, with --output if the workspace cannot take it.",
)
RESULT_DIFFERS: Final = FindingCode(
    code="result-differs",
    severity=Severity.WARNING,
    plugin=CORE,
    meaning="The receipt is about another number of files than this workspace has confirmed.",
    remedy="Ask the online side whether it was put back to an earlier state; a recovery of missing files sends what it"
    " lacks.",
)
DATABASE_READ_ANEW: Final = FindingCode(
    code="database-read-anew",
    severity=Severity.WARNING,
    plugin=CORE,
    meaning="The consistent view of the database was lost while it was read, so the database was read anew, in a new"
    " snapshot. What was sent of the lost one counts only where the new one has the same.",
    remedy="Nothing has to be done for this migration. Find out what ended the view (a restart of the server, a"
    " failover, a job that rebuilds tables) and keep it away from the night of the next.",
)
THAW_FAILED: Final = FindingCode(
    code="thaw-failed",
    severity=Severity.ERROR,
    plugin=CORE,
    meaning="The freeze could not be undone everywhere, so users are still kept out of some part of the installation.",
    remedy="Do what the message asks for, then run `omt thaw`.",
)
THAWED_WHILE_IMPORTING: Final = FindingCode(
    code="thawed-while-importing",
    severity=Severity.WARNING,
    plugin=CORE,
    meaning="Users are let in on site although the tenant may be importing this live migration, or has completed it:"
    " what they enter from now on may not be online.",
    remedy="Keep users out all the same, and run the same command again: it tells how the import ended.",
)
ENTERED_AFTER_IMPORT: Final = FindingCode(
    code="entered-after-import",
    severity=Severity.ERROR,
    plugin=CORE,
    meaning="The tenant has completed a live migration after users were let in on site again: what they have entered"
    " since is not online.",
    remedy="Keep users out on site, and enter online what they have entered on site since then. A live migration is not"
    " overwritten: to have all of it moved, ask the online side for an empty tenant, and migrate anew before anybody"
    " works online.",
    waivable=False,
)
USERS_CHANGED: Final = FindingCode(
    code="users-changed",
    severity=Severity.WARNING,
    plugin=CORE,
    meaning="Users were changed on site after the checks and before the snapshot of the database that goes online. What"
    " was decided goes on with the users that the snapshot has, and the rules have been asked about them again. A"
    " subject is a login.",
    remedy="Nothing, if the changes were meant. Who is to log in online and has no plan gets one online, or by another"
    " run that is begun before the migration is completed.",
)
DECISIONS_UNUSED: Final = FindingCode(
    code="decisions-unused",
    severity=Severity.INFO,
    plugin=CORE,
    meaning="An earlier run has decided about logins that no user has any more: their plans and user names are let go."
    " A subject is a login.",
    remedy="Nothing, if these users have left. Who was renamed needs a plan and a user name under the new login.",
)
VERSION_CHANGED: Final = FindingCode(
    code="version-changed",
    severity=Severity.WARNING,
    plugin=CORE,
    meaning="The version of the CRM, or of its database's model, was changed after the checks and before the snapshot"
    " of the database that goes online. The rules have been asked again.",
    remedy="Nothing, if the upgrade is done. Else stop the run, let the upgrade end, and run the same command again.",
)
CORE_CODES: Final = (
    WAIVER_UNUSED,
    WAIVER_OF_TEST,
    USERS_CHANGED,
    DECISIONS_UNUSED,
    VERSION_CHANGED,
    REPORT_NOT_WRITTEN,
    RESULT_DIFFERS,
    DATABASE_READ_ANEW,
    THAW_FAILED,
    THAWED_WHILE_IMPORTING,
    ENTERED_AFTER_IMPORT,
)


class FindingLog:
    """All findings of a session, each under who found it; the one place where they are kept, and told from.

    What is filed anew under a name takes the place of what was filed there before.
    """

    def __init__(self, events: EventHub) -> None:
        self._events = events
        self._groups: dict[str, tuple[Finding, ...]] = {}
        self.groups: Mapping[str, tuple[Finding, ...]] = {}
        """The same by who found it; another mapping after each change."""
        self._told: set[Finding] = set()
        self.all: tuple[Finding, ...] = ()
        """Everything that stands, sorted; another tuple after each change."""

    def of(self, name: str) -> tuple[Finding, ...]:
        """Return what is filed under a name."""
        return self._groups.get(name, ())

    def file(self, name: str, findings: Iterable[Finding]) -> None:
        """Let these take the place of what was filed under this name."""
        self.file_all({name: findings})

    def file_all(self, groups: Mapping[str, Iterable[Finding]]) -> None:
        """File what was found at the same time under several names; it is told together, the worst first."""
        self._groups.update({name: merged(findings) for name, findings in groups.items()})
        self._tell()

    def add(self, name: str, findings: Iterable[Finding]) -> None:
        """File these beside what is filed under this name."""
        self.file(name, (*self.of(name), *findings))

    def supersede(self, name: str, findings: Iterable[Finding]) -> None:
        """File these in the place of whatever was told of the same codes: a later look saw newer things."""
        newer = tuple(findings)
        codes = {finding.code for finding in newer}
        for other, group in self._groups.items():
            self._groups[other] = tuple(finding for finding in group if finding.code not in codes)
        self.file(name, newer)

    def _tell(self) -> None:
        self.all, self.groups = merged(*self._groups.values()), dict(self._groups)
        for finding in self.all:
            if finding not in self._told:
                self._told.add(finding)
                self._events.tell(FindingRaised(finding=finding))


def merged(*groups: Iterable[Finding]) -> tuple[Finding, ...]:
    """Unite findings, sorted by severity, code and plugin; of those about the same the one told last stays."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    united: dict[tuple[str, str, tuple[str, ...], str], Finding] = {}
    for group in groups:
        for finding in group:
            united[finding.code, finding.plugin, finding.subjects, finding.message] = finding
    return tuple(
        sorted(united.values(), key=lambda one: (order[one.severity], one.code, one.plugin, one.subjects, one.message))
    )


def blocking(
    findings: Sequence[Finding], waivers: Collection[Waiver], codes: Mapping[str, FindingCode]
) -> tuple[Finding, ...]:
    """Return the errors that no waiver takes away."""
    return tuple(one for one in findings if one.severity is Severity.ERROR and not is_waived(one, waivers, codes))


def is_waived(finding: Finding, waivers: Iterable[Waiver], codes: Mapping[str, FindingCode]) -> bool:
    """Tell whether a waiver takes this finding away: one about it, with its reason."""
    counting = {one.names for one in waivers if one.reason.strip()}
    return may_be_waived(finding, codes) and finding.waived_by(counting)


def waiver_of(finding: Finding, waivers: Iterable[Waiver]) -> Waiver | None:
    """Return the waiver that is about this finding, for its reason; whether it counts is told by `is_waived`."""
    return next((one for one in waivers if finding.waived_by({one.names})), None)


def waived_folders(waivers: Iterable[Waiver]) -> tuple[str, ...]:
    """Return the folders of which waivers say, each with its reason, that what was found of them may stand."""
    return tuple(
        one.names.removeprefix(FOLDER_PREFIX)
        for one in waivers
        if one.names.startswith(FOLDER_PREFIX) and one.reason.strip()
    )


def unused_waivers(
    findings: Sequence[Finding], waivers: Iterable[Waiver], plugins: Iterable[str], codes: Collection[str]
) -> tuple[Finding, ...]:
    """Say which waivers had nothing to waive: those of no code that exists each with the code that is meant."""
    useful = {finding.code for finding in findings} | {f"{WAIVER_PREFIX}{name}" for name in plugins}
    useful.update(subject for finding in findings for subject in finding.subjects)
    idle = tuple(one.names for one in waivers if one.names not in useful)
    unknown = [name for name in idle if name not in codes and not name.startswith((WAIVER_PREFIX, FOLDER_PREFIX))]
    known = tuple(name for name in idle if name not in unknown)
    told = [WAIVER_UNUSED.finding(_unknown(name, codes), (name,)) for name in unknown]
    if known:
        told.append(WAIVER_UNUSED.finding(sentence("Nothing was found that these waivers are about."), known))
    return tuple(told)


def _unknown(code: str, codes: Collection[str]) -> str:
    near = get_close_matches(code, codes, n=1)
    if near:
        return sentence("No finding has the code {code}; did you mean {near}?", code=code, near=near[0])
    return sentence("No finding has the code {code}.", code=code)


def asked_again(given: Iterable[Waiver], earlier: Decisions, online: MigrationKind | None) -> tuple[Waiver, ...]:
    """Return waivers as they count: one that was given for a test before counts in a live migration when it says so.

    `online` is what is online now. Where that is a test of which nothing was decided here, this workspace was made
    anew and cannot know what was waived for it: any of these may have been.
    """
    if online is MigrationKind.TEST and not earlier.agreement_accepted:
        return of_test(given)
    before = {one.names for one in earlier.waivers if one.kind is MigrationKind.TEST}
    return tuple(waiver for one in given for waiver in (of_test([one]) if one.names in before else (one,)))


def of_test(waivers: Iterable[Waiver]) -> tuple[Waiver, ...]:
    """Return waivers as those of a test migration; what is confirmed for a live one stays that."""
    return tuple(one if one.confirmed else replace(one, kind=MigrationKind.TEST) for one in waivers)


def unconfirmed(findings: Iterable[Finding], waivers: Iterable[Waiver], kind: MigrationKind) -> tuple[Waiver, ...]:
    """Return the waivers of a test that a live migration asks for again: each is about an error that stands."""
    if kind is not MigrationKind.LIVE:
        return ()
    errors = [one for one in findings if one.severity is Severity.ERROR]
    return tuple(
        waiver
        for waiver in waivers
        if waiver.kind is MigrationKind.TEST
        and not waiver.confirmed
        and any(one.waived_by({waiver.names}) or waiver.names in one.waivers for one in errors)
    )


def waivers_of_test(waivers: Iterable[Waiver]) -> tuple[Finding, ...]:
    """Say which waivers of the test are not confirmed for the live migration."""
    told = tuple(waivers)
    if not told:
        return ()
    message = sentence(
        "Waived for the test migration, and not confirmed for the live one: {waivers}.",
        waivers="; ".join(map(str, told)),
    )
    return (WAIVER_OF_TEST.finding(message, tuple(one.names for one in told)),)


async def result_differs(journal: Journal, completed: CompletedMigration) -> tuple[Finding, ...]:
    """Say so where a receipt is about another number of files than the journal has confirmed."""
    databases = {stage.name for stage in await journal.items.stages() if stage.kind == "database"} | {"database"}
    totals = await journal.items.totals()
    confirmed = sum(stage.confirmed_items for name, stage in totals.items() if name not in databases)
    if completed.files == confirmed:
        return ()
    message = sentence(
        "The receipt is about {signed:,} files, and this workspace has {confirmed:,} confirmed.",
        signed=completed.files,
        confirmed=confirmed,
    )
    return (RESULT_DIFFERS.finding(message, (str(completed.receipt),)),)


async def left_behind(journal: Journal, codes: Mapping[str, FindingCode]) -> tuple[Finding, ...]:
    """Make one finding for each reason that the journal has for items left behind, with one of them as an example."""
    subjects: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    examples: dict[str, Sentence] = {}
    async for batch in journal.items.records(states=(ItemState.MISSING, ItemState.FAILED, ItemState.SKIPPED)):
        for record in batch:
            counts[record.reason] = counts.get(record.reason, 0) + 1
            shown = subjects.setdefault(record.reason, [])
            if len(shown) < SUBJECTS_SHOWN:
                shown.append(record.key)
            if record.detail:
                examples.setdefault(
                    record.reason, sentence("For example {name}: {detail}", name=record.name, detail=record.detail)
                )
    return tuple(
        codes[reason].finding(
            joined(
                [
                    sentence("Left behind for this reason: {count:,}.", count=counts[reason]),
                    codes[reason].meaning,
                    *([examples[reason]] if reason in examples else []),
                ],
                " ",
            ),
            tuple(shown),
        )
        for reason, shown in sorted(subjects.items())
        if reason in codes
    )


def may_be_waived(finding: Finding, codes: Mapping[str, FindingCode]) -> bool:
    """Tell whether a waiver can take this finding away; else the online side would refuse in any case."""
    code = codes.get(finding.code)
    return code is None or code.waivable


def reasoned_line(names: Iterable[str]) -> str:
    """Return the line of an answers file that waives these, each with a reason that is to be written."""
    return "waive = [" + ", ".join(f'{{ code = {_quoted(name)}, reason = "..." }}' for name in names) + "]"


def confirming_line(waivers: Iterable[Waiver]) -> str:
    """Return the line of an answers file that lets waivers of a test count in the live migration too."""
    entries = (
        f"{{ code = {_quoted(one.names)}, reason = {_quoted(one.reason or '...')}, live = true }}" for one in waivers
    )
    return "waive = [" + ", ".join(entries) + "]"


def _quoted(words: str) -> str:
    # TOML knows no halves of characters, in which ASCII alone would write those beyond U+FFFF.
    return json.dumps(words, ensure_ascii=False)
