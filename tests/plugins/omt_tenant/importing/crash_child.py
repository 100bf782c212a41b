"""Runs an import in a process of its own and kills itself at the given call for progress, as a power cut would."""

from __future__ import annotations

import itertools
import os
import pickle
import runpy
import signal
import sys
from pathlib import Path

conftest = runpy.run_path(str(Path(__file__).with_name("conftest.py")), run_name="conftest")
folder, when = Path(sys.argv[1]), int(sys.argv[2])
tenant = conftest["ImportingTenant"](folder)
migration = pickle.loads((folder.parent / "migration.pickle").read_bytes())
calls = itertools.count(1)


def report(_: object) -> None:
    if next(calls) == when:
        os.kill(os.getpid(), signal.SIGKILL)


run = conftest["MigrationImport"](migration, tenant.surroundings(), conftest["ImportSettings"](), report)
run.run()
