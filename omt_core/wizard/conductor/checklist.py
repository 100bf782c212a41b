"""The Checklist as a person works on it: every change is journalled at once, and the rules answer at once (W38-W69)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import anyio

from omt_core.api.decisions import Notifications
from omt_core.api.errors import FindingsError, InputError
from omt_core.api.findings import Finding
from omt_core.engine import checking, reviewing
from omt_core.engine.checklist_steps import OpenChecklist
from omt_core.engine.findings import blocking
from omt_core.engine.session import MigrationSession
from omt_core.wizard.conductor.lease import Lease
from omt_core.wizard.conductor.state import ChecklistPart, ProblemsPart

_OWNER: Final = "wizard"
_DONE: Final = "done"
Entry = Literal["plans", "user_names", "notifications"]
_ENTRIES: Final[tuple[Entry, ...]] = get_args(Entry)
_CHECK: Final[Mapping[str, str]] = {"plans": checking.PLANS, "user_names": checking.USER_NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the windows for plans and user names are told after each change."""

    plans: Mapping[str, str]
    user_names: Mapping[str, str]
    findings: Mapping[str, Sequence[Finding]]
    removed_addresses: Sequence[tuple[str, str]]
    taken: Sequence[str]


class Checklist:
    """The three windows. Changes are taken one after another, in the order in which they come."""

    def __init__(
        self, lease: Lease, changed: Callable[[], None], decided: Callable[[], None], refuse: Callable[[], None]
    ) -> None:
        """Work on the session of `lease`; `changed` and `decided` are called after changes, the latter of decisions.

        `refuse` raises `InputError` while nothing may be decided.
        """
        self._lease = lease
        self._refuse = refuse
        self._changed = changed
        self._decided = decided
        self._one_at_a_time = anyio.Lock()
        self._done: set[Entry] = set()
        self._taken: dict[str, bool] = {}
        self.opened = False

    async def open(self) -> None:
        """Read the users and propose; what an earlier run of the tool had marked as done still is."""
        await self._lease.runner.do(OpenChecklist())
        journal = self._lease.session.journal
        self._done = {entry for entry in _ENTRIES if await journal.notes.of(_OWNER).recall(entry) == _DONE}
        self._taken = {}
        self.opened = True
        async with self._one_at_a_time:
            await self._check(checking.PLANS, checking.USER_NAMES)

    def forget(self) -> None:
        """Forget what belongs to a session that is closed."""
        self._done, self.opened = set(), False

    async def change_plans(self, changes: Mapping[str, str]) -> Answer:
        """Decide plans; who gets one gets the user name that is proposed, too. Raises `InputError`."""
        async with self._one_at_a_time:
            self._refuse()
            await reviewing.change(self._reviewed, plans=changes)
            await reviewing.propose_user_names(self._reviewed)
            return await self._answer(checking.PLANS, checking.USER_NAMES)

    async def change_user_names(self, changes: Mapping[str, str]) -> Answer:
        """Decide user names. Raises `InputError`."""
        async with self._one_at_a_time:
            self._refuse()
            await reviewing.change(self._reviewed, user_names=changes)
            return await self._answer(checking.USER_NAMES)

    async def look(self) -> Answer:
        """Return how plans and user names stand."""
        async with self._one_at_a_time:
            return await self._answer()

    async def mark_done(self, entry: Entry) -> None:
        """Take an Ok (W54, W65). Raises `FindingsError` while an error stands about it."""
        standing = self._problems(entry)
        if standing:
            raise FindingsError("findings-stand", standing[0].message, standing[0].remedy)
        self._done.add(entry)
        await self._reviewed.journal.notes.of(_OWNER).remember(entry, _DONE)
        self._changed()

    async def notify(self, notifications: Notifications) -> None:
        """Decide who is told afterwards, and mark it as done (W69)."""
        self._refuse()
        await self._reviewed.notify(notifications)
        await self.mark_done("notifications")

    def refuse_undone(self) -> None:
        """Raise `InputError` `checklist-not-done` while an item is open (W41)."""
        words = {"plans": "user plans", "user_names": "user names", "notifications": "e-mail notifications"}
        undone = [word for entry, word in words.items() if entry not in self._done]
        if undone:
            raise InputError(
                "checklist-not-done",
                f"Not everything was looked at yet: {', '.join(undone)}.",
                "Open each item of the checklist and press Ok.",
            )

    def part(self) -> ChecklistPart:
        """Return what the page shows."""
        if not self.opened or not self._lease.is_open:
            return ChecklistPart()
        session = self._lease.session
        users, plans = session.reviewed.users, session.decisions.plans
        return ChecklistPart(
            opened=True,
            plans=self._mark("plans"),
            user_names=self._mark("user_names"),
            notifications=self._mark("notifications"),
            problems=ProblemsPart(plans=len(self._problems("plans")), user_names=len(self._problems("user_names"))),
            users=len(users),
            users_with_plan=sum(user.login in plans for user in users),
            administrators_with_plan=sum(user.administrator and user.login in plans for user in users),
        )

    @property
    def _reviewed(self) -> MigrationSession:
        session = self._lease.session
        if not self.opened:
            raise InputError("checklist-not-open", "The checklist is not open yet.", "Do the earlier steps first.")
        return session

    def _mark(self, entry: Entry) -> Literal["open", "done"]:
        return "done" if entry in self._done and not self._problems(entry) else "open"

    def _problems(self, entry: Entry) -> tuple[Finding, ...]:
        session = self._lease.session
        found = session.reviewed.found.get(_CHECK.get(entry, ""), ())
        return blocking(found, session.decisions.waivers, session.engine.host.codes)

    async def _check(self, *checks: str) -> None:
        session = self._reviewed
        seen = checking.basis(session)
        if checking.PLANS in checks:
            checking.keep(session, {checking.PLANS: await checking.check_plans(session)}, seen=seen)
        if checking.USER_NAMES in checks:
            checking.keep(session, {checking.USER_NAMES: await checking.check_user_names(session)}, seen=seen)
            await self._ask_for_taken(session)

    async def _ask_for_taken(self, session: MigrationSession) -> None:
        if session.located.target is None:
            return
        unknown = sorted(set(session.decisions.user_names.values()) - self._taken.keys())
        if unknown:
            taken = await session.located.target.taken_user_names(unknown)
            self._taken.update((name, name in taken) for name in unknown)

    async def _answer(self, *checks: str) -> Answer:
        await self._check(*checks)
        session = self._reviewed
        if checks:
            self._decided()
        return Answer(
            plans=session.decisions.plans,
            user_names=session.decisions.user_names,
            findings={entry: session.reviewed.found.get(check, ()) for entry, check in _CHECK.items()},
            removed_addresses=tuple((row.full_name, row.address) for row in session.reviewed.removed_addresses),
            taken=sorted({name for name in session.decisions.user_names.values() if self._taken.get(name)}),
        )
