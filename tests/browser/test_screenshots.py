"""The program that makes the documentation's pictures runs, and makes all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.browser.chromium import chromium_program

ROOT = Path(__file__).parents[2]


def test_the_program_makes_every_picture_that_the_documentation_has(tmp_path: Path) -> None:
    chromium_program()
    done = subprocess.run(
        [sys.executable, "-m", "docs.screenshots", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made, kept = ({path.name for path in folder.glob("*.png")} for folder in (tmp_path, ROOT / "docs/wizard"))
    assert made == kept
