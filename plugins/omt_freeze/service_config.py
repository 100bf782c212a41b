"""The line `frozen` in the configuration file of the Service (crm.md section 7, crm.md W70)."""

from __future__ import annotations

import glob
import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import anyio
from pydantic import BaseModel, ConfigDict

from omt_core.api import Finding, FindingRaised, Notice, PluginNotes, RunContext, Sentence, sentence
from omt_core.api.calls import ConfirmFreeze, Freeze, Thaw
from omt_core.api.files import remove
from omt_crm.paths import is_line_fault, lost_on_the_way, reason
from omt_freeze.config_text import Marked, addition, frozen_lines, is_bytewise_text, marked_addition, without_addition
from omt_freeze.errors import (
    FREEZE_LIFTED,
    SERVICE_CONFIG_AWAY,
    SERVICE_CONFIG_CHANGED,
    SERVICE_CONFIG_ENCODING,
    SERVICE_CONFIG_MISSING,
    SERVICE_CONFIG_NOT_WRITABLE,
)
from omt_freeze.findings import (
    FROZEN_BY_ANOTHER_RUN,
    SERVICE_CONFIG_LEFT,
    SERVICE_FROZEN_BY_OTHERS,
    TAKEN_OVER,
)
from omt_freeze.mark import own_mark
from omt_freeze.replacement import forget_unfinished_copy, keep_copy, replace_content
from omt_freeze.settings import FreezeSettings

NOTE = "service-config"
COPIES = "freeze"
"""The folder in the workspace that keeps what the file was before."""

Answer = TypeVar("Answer")


class ConfigNote(BaseModel):
    """What the journal keeps of the file. `intended`: the line may be there or not; `left`: it is someone else's.

    `original` and `frozen` are the sha256 of the whole file before and after, `added` the bytes put behind it as
    hexadecimal digits, `temporary` the file next to it through which it is replaced, `copy_path` the copy of what was
    before, which holds passwords and goes once the file is known to be that again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Literal["intended", "added", "left", "removed"]
    path: Path
    original: str = ""
    frozen: str = ""
    added: str = ""
    temporary: str = ""
    copy_path: Path | None = None


async def freeze_service(call: Freeze, settings: FreezeSettings) -> None:
    """Add the line, unless one is there already or there is no Service. Safe to repeat after a crash.

    A line of another run of this tool becomes this migration's own.
    """
    base = call.installation.service.base
    if base is None:
        return
    path, content = await _blocking(lambda: read_config(base, settings.service_config_names))
    note = await _recall(call.notes)
    ours = note if note is not None and note.state in {"intended", "added"} else None
    if ours is not None and ours.path != path:
        # The Service's folder is another one now: what was frozen before would be forgotten with its note.
        for left in await _take_out(call.run, ours):
            call.run.emit(FindingRaised(finding=left))
        await _blocking(partial(_forget_copy, ours))
        await _remember(call.notes, ours.model_copy(update={"state": "removed"}))
        ours = None
    if ours is not None and ours.copy_path is not None:
        await _blocking(partial(forget_unfinished_copy, ours.copy_path))
    if frozen_lines(content):
        await _accept_present(call, ours, path, content)
        return
    added = addition(content, own_mark(), call.run.workspace)
    note = ConfigNote(
        state="intended",
        path=path,
        original=_digest(content),
        frozen=_digest(content + added),
        added=added.hex(),
        temporary=ours.temporary if ours else _temporary(path),
    )
    note = await _noted_with_copy(call, note, content)
    await _replace(note, content, content + added)
    await _remember(call.notes, note.model_copy(update={"state": "added"}))
    told = sentence("Added the line 'frozen' to {file}: the Service goes into maintenance.", file=path)
    call.run.emit(Notice(message=told))


async def confirm_service(call: ConfirmFreeze, settings: FreezeSettings) -> None:
    """Raise `FreezeLiftedError` `freeze-lifted` where the file says `frozen` no more, on whoever's line."""
    base, note = call.installation.service.base, await _recall(call.notes)
    if base is None or note is None:
        return
    path, content = await _blocking(lambda: read_config(base, settings.service_config_names))
    if not frozen_lines(content):
        raise FREEZE_LIFTED.error(
            sentence(
                "The line 'frozen' is gone from {file}, which kept users out of the Service: what they have entered"
                " since the database was read would not be online. Nothing was imported.",
                file=path,
            )
        )


async def thaw_service(call: Thaw, settings: FreezeSettings) -> tuple[Finding, ...]:
    """Take out the line that this migration added and nothing else, also when the file was changed meanwhile."""
    if call.from_site:
        base = call.installation.service.base
        return () if base is None else await _thaw_marked(call, base, settings)
    note = await _recall(call.notes)
    if note is None or note.state == "removed":
        return ()
    if note.state == "left":
        return await _blocking(lambda: _standing(note.path, note.path.read_bytes() if note.path.is_file() else b""))
    found = await _take_out(call.run, note)
    await _blocking(lambda: _forget_copy(note))
    await _remember(call.notes, note.model_copy(update={"state": "removed"}))
    return found


async def _take_out(run: RunContext, note: ConfigNote) -> tuple[Finding, ...]:
    """Take out what the note tells of. Raises `InstallationError` where nothing is known of the file now."""
    content = await _blocking(lambda: _content(note))
    if content is None:
        return (_left(note.path, sentence("{file} is not there any more.", file=note.path)),)
    added = bytes.fromhex(note.added)
    if _digest(content) == note.original:
        return _standing(note.path, content)
    if not is_bytewise_text(content):
        return (_left(note.path, sentence("{file} is written in UTF-16 now.", file=note.path)),)
    unchanged = _digest(content) == note.frozen
    thawed = content.removesuffix(added) if unchanged else without_addition(content, added)
    if thawed is None:
        return _standing(note.path, content)
    await _replace(note, content, thawed)
    run.emit(Notice(message=sentence("Took the line 'frozen' out of {file}.", file=note.path)))
    return _standing(note.path, thawed)


async def _thaw_marked(call: Thaw, base: Path, settings: FreezeSettings) -> tuple[Finding, ...]:
    """Take out every line that bears a mark of ours, of whichever migration."""
    path, content = await _blocking(lambda: read_config(base, settings.service_config_names))
    await _blocking(lambda: _remove_leftovers(path))
    while (found := marked_addition(content)) is not None:
        temporary = _temporary(path)
        await _replace(ConfigNote(state="intended", path=path, temporary=temporary), content, found.before)
        content = found.before
        call.run.emit(Notice(message=_taken_out(path, found)))
        if found.workspace:
            where = sentence("The workspace of that migration is {folder} there.", folder=found.workspace)
            call.run.emit(Notice(message=where))
    return (_of_others(path),) if frozen_lines(content) else ()


def _taken_out(path: Path, found: Marked) -> str:
    """Say that a line of ours was taken out, and how the rest of the file is."""
    added = found.mark.told
    if found.exact:
        return sentence(
            "Took the line 'frozen', added {added}, out of {file}, which is as it was before.", added=added, file=path
        )
    return sentence(
        "Took the line 'frozen', added {added}, out of {file}, which was changed meanwhile and is otherwise left as it "
        "is.",
        added=added,
        file=path,
    )


def _temporary(path: Path) -> str:
    return f".{path.name}.{secrets.token_hex(4)}.omt"


def _remove_leftovers(path: Path) -> None:
    """Remove what a freeze that died left beside the file, under names as `_temporary` makes them."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 8}.omt"):
        remove(leftover)


def _content(note: ConfigNote) -> bytes | None:
    """Return what the file holds, or None where it is gone; what a killed process left beside it is removed.

    Raises `InstallationError` `service-config-away` where the Service's folder does not answer, or is empty: the mount
    point of a share that dropped out. What thaws then would take the line for gone, and forget it.
    """
    folder = note.path.parent
    try:
        remove(folder / note.temporary)
        return note.path.read_bytes()
    except OSError as error:
        lost = lost_on_the_way(note.path, (folder,))
        if lost is None and not is_line_fault(error):
            if isinstance(error, FileNotFoundError) or note.path.is_dir():
                return None
            raise
        raise SERVICE_CONFIG_AWAY.error(
            sentence(
                "The folder {folder} does not answer: {why}. So {file} in it may still say 'frozen', and nothing"
                " was noted as undone.",
                folder=folder,
                why=lost.why if lost else reason(error),
                file=note.path.name,
            )
        ) from error


def _forget_copy(note: ConfigNote) -> None:
    """Remove the copy, with the passwords in it, if the file is byte for byte what it was."""
    if note.copy_path is None:
        return
    forget_unfinished_copy(note.copy_path)
    if note.path.is_file() and _digest(note.path.read_bytes()) == note.original:
        remove(note.copy_path)
    with suppress(OSError):  # something else lies in the folder
        note.copy_path.parent.rmdir()


async def _accept_present(call: Freeze, ours: ConfigNote | None, path: Path, content: bytes) -> None:
    """Tell whose line it is by the mark in the comment above it: ours, of another run of this tool, or of others."""
    found = marked_addition(content)
    if found is None:
        await _remember(call.notes, ConfigNote(state="left", path=path))
        call.run.emit(FindingRaised(finding=_of_others(path)))
        return
    if ours is not None and found.added.strip() == bytes.fromhex(ours.added).strip():
        await _remember(call.notes, ours.model_copy(update={"state": "added"}))
        return
    await _blocking(lambda: _remove_leftovers(path))
    note = ConfigNote(
        state="added",
        path=path,
        original=_digest(found.before),
        # Where others wrote behind it, what we know of the whole file is not enough to cut off its end.
        frozen=_digest(content) if content == found.before + found.added else "",
        added=found.added.hex(),
        temporary=_temporary(path),
    )
    await _noted_with_copy(call, note, found.before)
    told = sentence(
        "The line 'frozen' in {file}, which another run added {added}, was taken over.",
        file=path,
        added=found.mark.told,
    )
    call.run.emit(FindingRaised(finding=TAKEN_OVER.finding(told, (str(path),))))
    for other in _standing(path, found.before):
        call.run.emit(FindingRaised(finding=other))


async def _noted_with_copy(call: Freeze, note: ConfigNote, before: bytes) -> ConfigNote:
    """Note it, and keep a copy of what the file was before where there is a workspace; returns the note with it."""
    if call.run.workspace is not None:
        copy = call.run.workspace / COPIES / f"{note.path.name}-{note.original[:16]}"
        note = note.model_copy(update={"copy_path": copy})
        await _remember(call.notes, note)
        await _blocking(lambda: keep_copy(before, copy))
    await _remember(call.notes, note)
    return note


async def _replace(note: ConfigNote, content: bytes, new: bytes) -> None:
    temporary = note.path.parent / note.temporary
    try:
        replaced = await _blocking(lambda: replace_content(note.path, content, new, temporary))
    except OSError as fault:
        raise SERVICE_CONFIG_NOT_WRITABLE.error(
            sentence("{path} cannot be written: {reason}.", path=note.path, reason=fault.strerror or fault)
        ) from fault
    if not replaced:
        raise SERVICE_CONFIG_CHANGED.error(
            sentence(
                "{path} was changed by someone else at this very moment; nothing was written to it.", path=note.path
            )
        )


def read_config(base: Path, names: tuple[str, ...]) -> tuple[Path, bytes]:
    """Return the configuration file and its content; raises `InstallationError` where no line can be added to it."""
    for name in names:
        if (base / name).is_file():
            path = (base / name).resolve()
            content = path.read_bytes()
            if is_bytewise_text(content):
                return path, content
            raise SERVICE_CONFIG_ENCODING.error(
                sentence("{path} is written in UTF-16, so the Service cannot be frozen by adding a line.", path=path)
            )
    raise SERVICE_CONFIG_MISSING.error(
        sentence(
            "{base} has none of the files {names}, so the Service cannot be frozen.", base=base, names=", ".join(names)
        )
    )


def _standing(path: Path, content: bytes) -> tuple[Finding, ...]:
    """Tell of what still freezes the Service: lines of another run of this tool, else of others."""
    found = marked_addition(content)
    if found is None:
        return (_of_others(path),) if frozen_lines(content) else ()
    message = sentence(
        "The line 'frozen' in {file}, which another run added {added}, keeps users out.",
        file=path,
        added=found.mark.told,
    )
    return (FROZEN_BY_ANOTHER_RUN.finding(message, (str(path),)),)


def _of_others(path: Path) -> Finding:
    message = sentence("{file} says 'frozen' on a line that someone else wrote.", file=path)
    return SERVICE_FROZEN_BY_OTHERS.finding(message, (str(path),))


def _left(path: Path, message: Sentence) -> Finding:
    return SERVICE_CONFIG_LEFT.finding(message, (str(path),))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def _blocking(function: Callable[[], Answer]) -> Answer:
    """Run what may block in a thread of its own; a freeze must not wait for uploads that fill the shared ones."""
    return await anyio.to_thread.run_sync(function, limiter=anyio.CapacityLimiter(1))


async def _recall(notes: PluginNotes) -> ConfigNote | None:
    text = await notes.recall(NOTE)
    return None if text is None else ConfigNote.model_validate_json(text)


async def _remember(notes: PluginNotes, note: ConfigNote) -> None:
    await notes.remember(NOTE, note.model_dump_json())
