"""Puts a support bundle together: gathered, redacted, scanned, and refused where anything is left."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import anyio.to_thread

from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import InputError
from omt_core.api.files import temporary_folder, write_whole
from omt_core.api.findings import Finding
from omt_core.api.installation import ManualAnswers
from omt_core.api.redaction import Redaction
from omt_core.api.sentence import sentence
from omt_core.api.users import User
from omt_core.engine.errors import SUPPORT_NOT_CLEAN, SUPPORT_NOT_WRITABLE
from omt_core.engine.machine.examination import ExaminationRequest, examine
from omt_core.engine.session import Engine
from omt_core.engine.support import known, members
from omt_core.engine.support.tool_logs import logs_about
from omt_core.engine.workspace import JOURNAL_FILE
from omt_core.journal import Journal, copy_journal
from omt_core.journal.errors import JOURNAL_UNREADABLE
from omt_core.journal.shape import shape_of
from omt_core.logs import MIGRATION_LOG, TOOLS_LOG
from omt_core.settings import Settings

ABOUT: Final[Mapping[str, str]] = {
    "versions.json": sentence("the tool, its plugins, Python, the system and the libraries, with their versions"),
    "settings.json": sentence("settings: numbers and choices; of texts only that they are set"),
    "machine.json": sentence("what `omt doctor` says of this machine"),
    "journal.json": sentence("the journal's shape: tables, counts by state, runs and phases, no names"),
    "findings.json": sentence("findings by code, counted, without their words"),
    "log": sentence("the end of the log, with personal data and secrets taken out"),
}
"""What is in each member, in words; `log` stands for every file of the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportRequest:
    """Of what a bundle is made. `answers` by key, as a file has them; `users` and `findings` of an open session."""

    settings: Settings
    workspace: Path | None
    manual: ManualAnswers = field(default_factory=ManualAnswers)
    answers: Mapping[str, object] = field(default_factory=dict)
    users: Sequence[User] = ()
    findings: Sequence[Finding] | None = None
    kind: MigrationKind = MigrationKind.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of the bundle, redacted."""

    name: str
    text: str

    @property
    def about(self) -> str:
        """What is in it."""
        return ABOUT[self.name.partition("/")[0]]

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.text.encode("utf-8", "backslashreplace"))


@dataclass(frozen=True, slots=True)
class SupportBundle:
    """A bundle that was scanned: nothing that is known to be secret or personal is in it."""

    members: tuple[Member, ...]

    def packed(self) -> bytes:
        """Return it as a zip."""
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in self.members:
                archive.writestr(member.name, member.text.encode("utf-8", "backslashreplace"))
        return output.getvalue()

    def write(self, path: Path) -> None:
        """Write it, whole or not at all. Blocking. Raises `InputError` `support-not-writable`."""
        try:
            write_whole(path, self.packed())
        except OSError as error:
            raise SUPPORT_NOT_WRITABLE.error(
                sentence(
                    "The support bundle {path} cannot be written: {reason}.",
                    path=path,
                    reason=error.strerror or error,
                )
            ) from error


async def gather(engine: Engine, request: SupportRequest) -> SupportBundle:
    """Put a bundle together. Changes nothing. Raises `OmtError` `support-not-clean` where it would tell too much."""
    redaction = Redaction()
    known.know_machine(redaction)
    known.know_answers(redaction, request.answers)
    known.know_answers(redaction, known.manual_answers(request.manual))
    known.know_settings(redaction, members.setting_texts(request.settings, engine))
    known.know_users(redaction, request.users)
    examined = await examine(
        engine, ExaminationRequest(answers=request.manual, workspace=request.workspace, kind=request.kind)
    )
    parts: dict[str, Any] = {
        "versions.json": members.versions(engine),
        "settings.json": list(members.settings_shown(request.settings, engine)),
        "machine.json": members.machine(examined.lines),
    }
    found, run = request.findings, None
    logs = await anyio.to_thread.run_sync(_logs, request.workspace)
    own = known.own_words(engine, (*ABOUT, TOOLS_LOG, MIGRATION_LOG))
    with temporary_folder() as temporary:
        copy = temporary / JOURNAL_FILE
        if request.workspace is not None and await anyio.Path(request.workspace / JOURNAL_FILE).is_file():
            try:
                await anyio.to_thread.run_sync(copy_journal, request.workspace / JOURNAL_FILE, copy)
                async with Journal.open(copy) as journal:
                    texts = [*logs.values(), *_texts(parts)]
                    own |= await known.know_journal(redaction, journal, texts, own)
                    number, last = await journal.runs.last_found()
                    known.know_findings(redaction, last, own)
                    if not found:
                        run, found = number, last
                parts["journal.json"] = await anyio.to_thread.run_sync(shape_of, copy)
            except (InputError, sqlite3.DatabaseError) as error:
                # A damaged journal is a reason to ask for support. What the logs name is not known without it.
                code = error.code if isinstance(error, InputError) else JOURNAL_UNREADABLE.code
                parts["journal.json"], logs = {"error": code}, {}
    known.know_findings(redaction, request.findings or (), own)
    if found is not None:
        parts["findings.json"] = members.findings_counted(found, run)
    return await anyio.to_thread.run_sync(_redacted, redaction, parts, logs)


def _logs(workspace: Path | None) -> dict[str, str]:
    """Return the ends of the logs by their names: what the workspace has of them, and those of the tool about it."""
    own = [] if workspace is None or not workspace.is_dir() else sorted(workspace.glob("*.log"))
    found = {f"log/{name}": text for name, text in logs_about(workspace).items()}
    found |= {f"log/{_own_name(path)}": members.log_tail(path) for path in own}
    return {name: text for name, text in found.items() if text}


def _own_name(path: Path) -> str:
    return path.name if path.name == MIGRATION_LOG else f"migration-{path.name}"


def _redacted(redaction: Redaction, parts: Mapping[str, Any], logs: Mapping[str, str]) -> SupportBundle:
    made = [
        *(Member(name=name, text=_json(_hidden(redaction, value))) for name, value in parts.items()),
        *(Member(name=name, text=redaction.hide(text)) for name, text in logs.items()),
    ]
    left = {member.name: kinds for member in made if (kinds := _left_in(redaction, member))}
    if left:
        raise SUPPORT_NOT_CLEAN.error(
            sentence(
                "The support bundle was not made: in {members} something would be left that must not leave this"
                " machine ({kinds}).",
                members=sorted(left),
                kinds=sorted({kind for kinds in left.values() for kind in kinds}),
            )
        )
    return SupportBundle(tuple(made))


def _left_in(redaction: Redaction, member: Member) -> frozenset[str]:
    """Scan what would be written: of JSON all values, since its keys are the tool's own words."""
    texts = _texts(json.loads(member.text)) if member.name.endswith(".json") else (member.text,)
    return redaction.left_in("\n".join(texts)) | redaction.left_in(member.name.rpartition("/")[2])


def _hidden(redaction: Redaction, value: Any) -> Any:  # noqa: ANN401 - a value of JSON
    if isinstance(value, str):
        return redaction.hide(value)
    if isinstance(value, Mapping):
        return {key: _hidden(redaction, one) for key, one in value.items()}
    return [_hidden(redaction, one) for one in value] if isinstance(value, list) else value


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - a value of JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _json(value: Any) -> str:  # noqa: ANN401 - a value of JSON
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
