"""`omt tenant serve`, killed by itself just before it makes a name sure that it has given already.

`python dying_tenant.py FOLDER tenant serve ...`: the first fsync of a folder that lies in FOLDER, or is it, kills.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from threading import Lock
from typing import Any

from omt_core.api.files import durable
from omt_core.cli.main import main
from omt_tenant.store.state_database import StateDatabase

sync_folder = durable.sync_folder
commit = StateDatabase._commit
committing = Lock()


def die_instead(folder: Path) -> None:
    if sys.argv[1] in {folder.name, folder.parent.name} and is_named(folder):
        with committing:  # so that the record tells whether the writes of a commit took effect
            os.kill(os.getpid(), signal.SIGKILL)
    sync_folder(folder)


def commit_alone(state: StateDatabase, batch: list[Any]) -> None:
    with committing:
        commit(state, batch)


def is_named(folder: Path) -> bool:
    """Tell whether the folder has got a file, not only other folders."""
    return any(path.is_file() for path in folder.iterdir())


if __name__ == "__main__":
    durable.sync_folder = die_instead
    StateDatabase._commit = commit_alone  # type: ignore[method-assign]  # only for the time of this process
    sys.exit(main(sys.argv[2:]))
