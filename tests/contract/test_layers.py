"""Who may know whom, as import-linter has it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.contract.checkout import ROOT


def test_the_layers_hold() -> None:
    linter = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which("lint-imports")
    assert linter is not None, "install the extra `dev`"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
