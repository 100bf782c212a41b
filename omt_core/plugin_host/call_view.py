"""The view of a call that a plugin gets: nothing in it lets a plugin change what others see, or write on site.

Only `freeze` and `thaw` hold a database that can be written to. The holder of the role `database` gets back its own.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from omt_core.api.context import RunContext
from omt_core.api.database import Row, SourceDatabase, Table, Value
from omt_core.api.events import Event, FindingRaised
from omt_core.api.findings import FindingCode
from omt_core.api.hook import Hook
from omt_core.api.plugin import HOOKS
from omt_core.api.sentence import sentence
from omt_core.plugin_host.answers import MOST_FINDINGS
from omt_core.plugin_host.faults import FaultError, wrong_answer
from omt_core.plugin_host.fit import misfit

_MAY_WRITE: Final = frozenset({HOOKS["freeze"], HOOKS["thaw"]})
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD: Final = re.compile(r"[a-z_]+|;")
_CHANGES: Final = frozenset(
    {"alter", "call", "create", "delete", "drop", "exec", "execute", "grant", "insert", "into", "merge", "revoke"}
    | {"truncate", "update", ";"}
)


class ReadOnlyDatabase(SourceDatabase):
    """A source database that can be read and neither written to nor closed: a plugin that tries is told so."""

    def __init__(self, database: SourceDatabase) -> None:
        self._database = database

    @property
    @override
    def dbms(self) -> str:
        return self._database.dbms

    @property
    @override
    def tables(self) -> Mapping[str, Table]:
        return self._database.tables

    @override
    def table(self, name: str) -> Table | None:
        return self._database.table(name)

    @override
    def batches(self, sql: str, parameters: Sequence[Value] = (), *, size: int = 5_000) -> AsyncIterator[Sequence[Row]]:
        _refuse_changes(sql)
        return self._database.batches(sql, parameters, size=size)

    @override
    async def rows(self, sql: str, parameters: Sequence[Value] = ()) -> Sequence[Row]:
        _refuse_changes(sql)
        return await self._database.rows(sql, parameters)

    @override
    def snapshot(self) -> AbstractAsyncContextManager[str]:
        return self._database.snapshot()

    @override
    async def write(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        del sql, parameters
        raise PermissionError("only freeze and thaw may write to the database on site")

    @override
    async def missing_grant(self, table: str, rights: Sequence[str]) -> str | None:
        return await self._database.missing_grant(table, rights)

    @override
    async def aclose(self) -> None:
        raise PermissionError("the database on site is closed by whoever opened it")


class PluginRun(RunContext):
    """The surroundings of a hook, in which a plugin raises findings under its own name, and only of its own codes."""

    def __init__(self, run: RunContext, plugin: str, hook: str, codes: Mapping[str, FindingCode]) -> None:
        self._run = run
        self._plugin = plugin
        self._hook = hook
        self._codes = codes
        self._raised = 0

    @property
    @override
    def workspace(self) -> Path | None:
        return self._run.workspace

    @override
    def emit(self, event: Event) -> None:
        said: object = event
        if not isinstance(said, Event):
            raise self._fault(sentence("it emitted a {kind}", kind=type(said).__name__))
        self._run.emit(self._own(said) if isinstance(said, FindingRaised) else said)

    def _own(self, event: FindingRaised) -> FindingRaised:
        self._raised += 1
        misfits = misfit(event, FindingRaised)
        if misfits is not None:
            raise self._fault(sentence("it raised a finding that is none{misfit}", misfit=misfits))
        code = self._codes.get(event.finding.code)
        if code is None or code.plugin != self._plugin:
            raise self._fault(sentence("it raised the code {code} that it never named", code=repr(event.finding.code)))
        if self._raised > MOST_FINDINGS:
            raise self._fault(sentence("it raised more than {limit} findings", limit=MOST_FINDINGS))
        return replace(event, finding=replace(event.finding, plugin=self._plugin))

    def _fault(self, what: str) -> FaultError:
        return wrong_answer(self._plugin, self._hook, what)


def view_of(call: object, plugin: str, hook: Hook, codes: Mapping[str, FindingCode], *, owns_database: bool) -> object:
    """Return the call as a plugin gets it: lists and mappings are copies, the database can be read only."""
    view = _copied(call)
    run = getattr(view, "run", None)
    if run is not None:
        view = replace(view, run=PluginRun(run, plugin, hook.name, codes))
    database = getattr(view, "database", None)
    if (
        isinstance(database, SourceDatabase)
        and not isinstance(database, ReadOnlyDatabase)
        and not (owns_database or hook in _MAY_WRITE)
    ):
        view = replace(view, database=ReadOnlyDatabase(database))
    return view


def _copied(value: Any) -> Any:  # noqa: ANN401 - any field of any record
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type) and type(value).__module__.startswith("omt_core.api."):
        own = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        copies = {name: _copied(one) for name, one in own.items()}
        changed = {name: copy for name, copy in copies.items() if copy is not own[name]}
        return replace(value, **changed) if changed else value
    return value


def _refuse_changes(sql: str) -> None:
    words = _WORD.findall(_QUOTED.sub(" x ", sql).lower().rstrip().rstrip(";"))
    if not words or words[0] not in {"select", "with"} or _CHANGES.intersection(words):
        raise PermissionError("only SELECT statements may be run here; only freeze and thaw may write")
