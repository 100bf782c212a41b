"""The Checklist as a person works on it: every change is journalled at once, and the rules answer at once (W38-W69)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, get_args

from typing_extensions import override

from omt_core.api.decisions import Notifications
from omt_core.api.findings import Finding
from omt_core.api.sentence import joined, sentence
from omt_core.engine.checklist import ChangePlans, ChangeUserNames, FinishChecklist, Notify, OpenChecklist
from omt_core.engine.errors import CHECKLIST_NOT_OPEN, FINDINGS_STAND
from omt_core.engine.runner import Step
from omt_core.engine.session import MigrationSession, Snapshot
from omt_core.wizard.controller.session.holder import SessionHolder
from omt_core.wizard.controller.view import CHECK_OF, Entry, problems
from omt_core.wizard.errors import CHECKLIST_NOT_DONE

_OWNER: Final = "wizard"
_DONE: Final = "done"
_ENTRIES: Final[tuple[Entry, ...]] = get_args(Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the windows for plans and user names are told after each change."""

    plans: Mapping[str, str]
    user_names: Mapping[str, str]
    findings: Mapping[str, Sequence[Finding]]
    removed_addresses: Sequence[tuple[str, str]]
    taken: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDone(Step[None]):
    """Journal that a person has looked at an item of the Checklist and pressed Ok."""

    entry: Entry

    @override
    async def perform(self, session: MigrationSession) -> None:
        await session.journal.notes.of(_OWNER).remember(self.entry, _DONE)


class Checklist:
    """The three windows. Changes are steps, taken one after another in the order in which they come."""

    def __init__(self, holder: SessionHolder, changed: Callable[[], None], refuse: Callable[[], None]) -> None:
        """Work on the session of `lease`; `changed` is called after changes.

        `refuse` raises `InputError` while nothing may be decided.
        """
        self._holder = holder
        self._refuse = refuse
        self._changed = changed
        self._taken: dict[str, bool] = {}
        self.done: frozenset[Entry] | None = None
        """The items that a person pressed Ok on; None while the Checklist is not open."""

    async def open(self) -> None:
        """Read the users and propose; what an earlier run of the tool had marked as done still is."""
        runner = self._holder.runner
        await runner.do(OpenChecklist())
        notes = runner.journal.notes.of(_OWNER)
        self.done = frozenset([entry for entry in _ENTRIES if await notes.recall(entry) == _DONE])
        self._taken = {}
        await self._ask_for_taken()

    def forget(self) -> None:
        """Forget what belongs to a session that is closed."""
        self.done = None

    async def change_plans(self, changes: Mapping[str, str]) -> Answer:
        """Decide plans; who gets one gets the user name that is proposed, too. Raises `InputError`."""
        return await self._decide(ChangePlans(changes=changes))

    async def change_user_names(self, changes: Mapping[str, str]) -> Answer:
        """Decide user names. Raises `InputError`."""
        return await self._decide(ChangeUserNames(changes=changes))

    def look(self) -> Answer:
        """Return how plans and user names stand."""
        now = self._now
        return Answer(
            plans=now.decisions.plans,
            user_names=now.decisions.user_names,
            findings={entry: now.found.get(check, ()) for entry, check in CHECK_OF.items()},
            removed_addresses=tuple((row.full_name, row.address) for row in now.removed_addresses),
            taken=sorted({name for name in now.decisions.user_names.values() if self._taken.get(name)}),
        )

    async def mark_done(self, entry: Entry) -> None:
        """Take an Ok (W54, W65). Raises `FindingsError` while an error stands about it."""
        self._refuse()
        standing = problems(self._now, self._holder.runner.engine.host.codes, entry)
        if standing:
            raise FINDINGS_STAND.error(standing[0].message, remedy=standing[0].remedy)
        await self._holder.runner.do(MarkDone(entry=entry))
        self.done = (self.done or frozenset()) | {entry}
        self._changed()

    async def notify(self, notifications: Notifications) -> None:
        """Decide who is told afterwards, and mark it as done (W69)."""
        self._refuse()
        await self._holder.runner.do(Notify(notifications=notifications))
        await self.mark_done("notifications")

    async def finish(self) -> None:
        """End it, before an upload. Raises `InputError` `checklist-not-done` (W41), and as `FinishChecklist`."""
        self._refuse_undone()
        await self._holder.runner.do(FinishChecklist())

    async def suggest_summary(self, address: str) -> None:
        """Have the summary go to the migrator unless somebody decided otherwise (W69)."""
        notifications = self._now.decisions.notifications
        if notifications.summary is None:
            await self._holder.runner.do(Notify(notifications=replace(notifications, summary=address)))

    def _refuse_undone(self) -> None:
        words = {
            "plans": sentence("user plans"),
            "user_names": sentence("user names"),
            "notifications": sentence("e-mail notifications"),
        }
        undone = [word for entry, word in words.items() if entry not in (self.done or ())]
        if undone:
            raise CHECKLIST_NOT_DONE.error(
                sentence("Not everything was looked at yet: {undone}.", undone=joined(undone))
            )

    @property
    def _now(self) -> Snapshot:
        now = self._holder.runner.now
        if self.done is None:
            raise CHECKLIST_NOT_OPEN.error()
        return now

    async def _decide(self, step: Step[None]) -> Answer:
        self._refuse()
        await self._holder.runner.do(step)
        await self._ask_for_taken()
        self._changed()
        return self.look()

    async def _ask_for_taken(self) -> None:
        now = self._now
        if now.located.target is None:
            return
        unknown = sorted(set(now.decisions.user_names.values()) - self._taken.keys())
        if unknown:
            taken = await now.located.target.taken_user_names(unknown)
            self._taken.update((name, name in taken) for name in unknown)
