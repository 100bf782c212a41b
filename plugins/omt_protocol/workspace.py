"""What a workspace remembers of the way to the tenant: who the workspace is, and where the secret lies.

The tenant's key is not among it: the core pins that, whatever the target.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from omt_core.api import WORKSPACE_NOT_WRITABLE, InputError, sentence
from omt_core.api.files import make_folder, write_whole

CLIENT_FILE = "client.id"
PLACE_FILE = "token.place"


def note_token_place(workspace: Path, token_file: Path) -> None:
    """Note where the migration's secret is, never the secret, so that `verify` finds it beside a receipt. Blocking."""
    _write(workspace / PLACE_FILE, str(token_file.absolute()))


def token_place(folder: Path) -> Path | None:
    """Return where the secret was when the receipt in this folder was made, or None. Blocking."""
    try:
        return Path((folder / PLACE_FILE).read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return None


def client_id(workspace: Path | None) -> str:
    """Return the id under which this workspace claims a migration; a random one without a workspace. Blocking."""
    fresh = secrets.token_hex(16)
    return fresh if workspace is None else _kept(workspace / CLIENT_FILE, fresh)


def _kept(path: Path, fresh: str) -> str:
    """Return the line that a file holds; a file that is not there yet is made with `fresh`, whole, durable."""
    try:
        if not path.exists():
            _write(path, fresh)
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise _unwritable(path, error) from error


def _write(path: Path, line: str) -> None:
    try:
        make_folder(path.parent)
        write_whole(path, f"{line}\n".encode())
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> InputError:
    return WORKSPACE_NOT_WRITABLE.error(
        sentence("The file {path} cannot be written or read: {reason}.", path=path, reason=error.strerror),
        remedy=sentence("Make room and mend the rights there, or give another --workspace."),
    )
