"""The journal is written by the tool alone."""

from __future__ import annotations

import subprocess
import sys

CODE = "import sys, omt_dask.worker; print([name for name in sys.modules if name.startswith('omt_core.journal')])"


def test_what_runs_on_a_worker_knows_no_journal() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
