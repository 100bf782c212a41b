"""The workspace: a migration's own folder, private to its user, with one writer at a time."""

from __future__ import annotations

import json
import os
import platform
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import anyio
from filelock import FileLock, Timeout
from platformdirs import user_data_path

from omt_core.api import files
from omt_core.api.drives import place_on_other_machine, refuse_missing
from omt_core.api.errors import WORKSPACE_NOT_WRITABLE, InputError
from omt_core.api.installation import Installation
from omt_core.api.online import TENANT_KEY_FILE, pinned_key
from omt_core.api.sentence import joined, sentence
from omt_core.api.stages import STAGE_ROOTS_FILE
from omt_core.engine.errors import (
    TENANT_KEY_CHANGED,
    TENANT_KEY_DAMAGED,
    WORKSPACE_AMBIGUOUS,
    WORKSPACE_EMPTY,
    WORKSPACE_IN_INSTALLATION,
    WORKSPACE_LOCKED,
    WORKSPACE_NOT_EMPTY,
    WORKSPACE_NOT_PRIVATE,
    WORKSPACE_REMOTE,
)

JOURNAL_FILE: Final = "journal.sqlite"
LIMIT_FILE: Final = "limit"
LOCK_FILE: Final = "lock"
MANIFEST_FILE: Final = "manifest.jsonl"
RECEIPT_FILE: Final = "receipt.json"
REPORT_STEM: Final = "report"
_NOTED: Final = "workspaces"
"""Workspaces that were named by --workspace, a path in each line as a text of JSON, which takes any name."""
RESULTS_FOLDER: Final = "results"
_PATIENCE: Final = 1.0
"""Seconds for which a lock that is taken is tried again. The only way to see whether it is taken is to take it, so that
whoever only looks (`omt status`) holds it too, for some microseconds: a run must not take that for another run."""
_TRY_EVERY: Final = 0.05


def data_folder() -> Path:
    """Return the platform's folder for this user's data of the tool; it need not exist."""
    return user_data_path("omt", appauthor=False)


def folder_for(serial: str, given: Path | None) -> Path:
    """Return where a migration of this licence lives: the folder that was given, else one by serial number."""
    if given is not None:
        return given.absolute()
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", serial).strip(".") or "unknown"
    return data_folder() / "migrations" / safe


def known_workspaces() -> tuple[Path, ...]:
    """Return the workspaces of this account on this machine: those by serial, and those noted that are still there."""
    own = (path.parent for path in (data_folder() / "migrations").glob(f"*/{JOURNAL_FILE}"))
    noted = (Path(line) for line in _noted_workspaces())
    return tuple(dict.fromkeys((*sorted(own), *(one for one in noted if (one / JOURNAL_FILE).is_file()))))


def note_workspace(folder: Path) -> None:
    """Note a workspace that is not in the default place, for `omt workspaces`; a disk that refuses it stops nothing."""
    path = str(folder.absolute())
    if folder.absolute().parent == data_folder().absolute() / "migrations" or path in _noted_workspaces():
        return
    with suppress(OSError, InputError):
        files.make_folder(data_folder())
        lines = "".join(f"{json.dumps(one)}\n" for one in (*_noted_workspaces(), path))
        files.write_whole(data_folder() / _NOTED, lines.encode("ascii"))


def _noted_workspaces() -> tuple[str, ...]:
    try:
        lines = (data_folder() / _NOTED).read_bytes().decode("utf-8", "surrogateescape").split("\n")
    except OSError:
        return ()
    return tuple(path for path in map(_noted_path, lines) if Path(path).is_absolute())


def _noted_path(line: str) -> str:
    """Return the path of a line; earlier versions wrote it as it is, and no whole path begins with a quote."""
    with suppress(ValueError, RecursionError):
        return str(json.loads(line)) if line.startswith('"') else line
    return ""


def existing(given: Path | None) -> Path:
    """Return the workspace that a command shall look at.

    Raises `InputError` when there is none and `ChoiceNeededError` when there are several and none was given.
    """
    if given is not None:
        if not (given / JOURNAL_FILE).is_file():
            refuse_missing(given)
            raise WORKSPACE_EMPTY.error(
                sentence("There is no migration in the workspace {folder}.", folder=given),
                remedy=joined([sentence("Check the path of --workspace."), WORKSPACE_EMPTY.remedy], " "),
            )
        return given
    found = known_workspaces()
    if not found:
        raise _elsewhere()
    if len(found) > 1:
        names = tuple(str(path) for path in found)
        raise WORKSPACE_AMBIGUOUS.error(
            sentence("There are several migrations on this machine: {names}.", names=", ".join(names)), choices=names
        )
    return found[0]


def _elsewhere() -> InputError:
    """Say where a workspace may be that is not here: it belongs to one account on one machine."""
    own = data_folder() / "migrations"
    account = os.environ.get("USERNAME") or os.environ.get("USER") or Path.home().name
    others = list(_of_other_accounts())
    told = [
        sentence(
            "There is no migration of the account {account} on {machine}: {folder} holds none.",
            account=account,
            machine=platform.node(),
            folder=own,
        )
    ]
    if others:
        told.append(sentence("Other accounts of this machine have some: {folders}.", folders=others))
    where = sentence(
        "A workspace is with the account and on the machine that ran `omt migrate`: run the command there, or name the"
        " folder by --workspace."
    )
    return WORKSPACE_EMPTY.error(joined(told, " "), remedy=joined([where, WORKSPACE_EMPTY.remedy], " "))


def _of_other_accounts() -> Iterator[Path]:
    """Yield the workspaces of other accounts that this one may see: the same folder below their homes."""
    home = Path.home()
    try:
        place = data_folder().relative_to(home)
        accounts = sorted(one for one in home.parent.iterdir() if one != home)
    except (OSError, ValueError):
        return
    for account in accounts:
        with suppress(OSError):
            yield from sorted(path.parent for path in (account / place / "migrations").glob(f"*/{JOURNAL_FILE}"))


def refuse_inside(folder: Path, installation: Installation) -> None:
    """Raise `InputError` `workspace-in-installation` where the workspace is, or lies in, a folder that is migrated.

    Blocking. What the database alone names is not known here: of that the plugin of these files tells.
    """
    service = installation.service
    given = (*installation.archives, installation.templates, service.attachments, service.templates, service.texts)
    for place in given:
        if place is not None and files.is_inside(folder, place):
            raise WORKSPACE_IN_INSTALLATION.error(
                sentence(
                    "The workspace {folder} lies in {place}, a folder that is migrated.", folder=folder, place=place
                )
            )


def refuse_other_use(folder: Path) -> None:
    """Raise `InputError` where a workspace is in use for something else. Blocking.

    It is `workspace-not-empty` of a folder and `workspace-not-writable` of a file. The tool takes the whole folder for
    its own: nobody else may enter it, and a purge removes what is in it. It is a workspace by its lock, also where the
    journal was lost.
    """
    try:
        held = {path.name for path in folder.iterdir()}
    except OSError as error:
        if folder.is_file():  # Windows has more errors than one for it
            raise _not_writable(folder, error) from error
        return  # not there yet; or it may not be listed, which is told of when it is entered
    if held and held.isdisjoint({JOURNAL_FILE, LOCK_FILE, RECEIPT_FILE}):
        raise WORKSPACE_NOT_EMPTY.error(
            sentence("The folder {folder} holds other things, and no migration.", folder=folder)
        )


def make_private(folder: Path) -> None:
    """Make the folder if need be, durably, and keep everybody but its user out. Blocking.

    Raises `InputError`: `workspace-remote`, `drive-not-there`, `workspace-not-writable`, `workspace-not-private`.
    """
    elsewhere = place_on_other_machine(folder)
    if elsewhere is not None:
        # sqlite.org/wal.html: "All processes using a database must be on the same host computer; WAL does not work
        # over a network filesystem."
        raise WORKSPACE_REMOTE.error(
            sentence(
                "The workspace {folder} would be on another machine, at {elsewhere}: its journal is a database that"
                " would not be safe there.",
                folder=folder,
                elsewhere=elsewhere,
            )
        )
    try:
        files.make_folder(folder)
    except OSError as error:
        raise _not_writable(folder, error) from error
    try:
        files.make_private(folder)
    except OSError as error:
        raise WORKSPACE_NOT_PRIVATE.error(
            sentence(
                "The workspace {folder} cannot be kept to this account: {reason}.",
                folder=folder,
                reason=error.strerror or error,
            )
        ) from error


@asynccontextmanager
async def locked(folder: Path) -> AsyncIterator[None]:
    """Hold the workspace as its one writer.

    Raises `InputError`: `workspace-locked` when another process does, `workspace-not-writable`.
    """
    lock = FileLock(folder / LOCK_FILE, timeout=0, mode=0o600)
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            lock.acquire()
            break
        except Timeout as error:
            if time.monotonic() >= until:
                raise WORKSPACE_LOCKED.error(
                    sentence("Another run of the tool works in {folder} at this moment.", folder=folder)
                ) from error
            await anyio.sleep(_TRY_EVERY)
        except OSError as error:
            raise _not_writable(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def pin_key(folder: Path, public_key: str) -> None:
    """Keep the tenant's key at first contact. Blocking.

    Raises `OnlineRefusedError` `tenant-key-changed` when another was kept, `InputError` `tenant-key-damaged` when what
    was kept is no key any more, and `workspace-not-writable`.
    """
    path, written = folder / TENANT_KEY_FILE, f"{public_key}\n".encode()
    try:
        if not path.exists():
            files.make_folder(folder)
            files.write_whole(path, written)
        content = path.read_bytes()
    except OSError as error:
        raise _not_writable(folder, error) from error
    if content != written:
        known = pinned_key(content)
        if known is None:
            raise TENANT_KEY_DAMAGED.error(
                sentence(
                    "{path} does not hold the tenant's key any more, which is 64 hexadecimal digits and a line feed.",
                    path=path,
                ),
                remedy=sentence(
                    "Put the file back from a backup. Without one, ask the online side whether its key begins with"
                    " {public_key}: only if so, delete the file, and the tool writes it anew.",
                    public_key=public_key[:16],
                ),
            )
        raise TENANT_KEY_CHANGED.error(
            sentence(
                "The tenant's key begins with {now}, but at first contact it began with {then}: this is"
                " another tenant, or somebody poses as it.",
                now=public_key[:16],
                then=known[:16],
            ),
            remedy=sentence(
                "Ask the online side whether its key was changed. If so, delete the file {file} in the"
                " workspace; if not, do not go on.",
                file=TENANT_KEY_FILE,
            ),
        )


def note_stage_roots(folder: Path, roots: Mapping[str, Path]) -> None:
    """Note where the files of each stage lie, for whoever verifies them later. Blocking.

    What earlier runs noted of other stages stays: their files are in the manifest. Raises `InputError`
    `workspace-not-writable`.
    """
    if not roots:
        return
    path = folder / STAGE_ROOTS_FILE
    noted = {**_noted(path), **{stage: str(root.absolute()) for stage, root in roots.items()}}
    text = json.dumps(dict(sorted(noted.items())), indent=1)
    try:
        files.write_whole(path, f"{text}\n".encode("ascii"))
    except OSError as error:
        raise _not_writable(folder, error) from error


def _noted(path: Path) -> Mapping[str, str]:
    """Return what a note of roots says; one that cannot be read says nothing."""
    try:
        return {str(stage): str(root) for stage, root in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, RecursionError, AttributeError):
        return {}


def _not_writable(folder: Path, error: OSError) -> InputError:
    return WORKSPACE_NOT_WRITABLE.error(
        sentence("The workspace {folder} cannot be written: {reason}.", folder=folder, reason=error.strerror or error),
        remedy=sentence("Make room and mend the rights there, or give another --workspace."),
    )


async def is_locked(folder: Path) -> bool:
    """Tell whether a run works in the workspace at this moment. Disturbs no run that begins just then."""
    if not await anyio.Path(folder).is_dir():
        return False
    try:
        async with locked(folder):
            return False
    except InputError as error:
        return error.code == "workspace-locked"
