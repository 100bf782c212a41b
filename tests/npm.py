"""Packages of npm that tests need, by the lock file beside them, installed into a folder of the test run's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

_LISTS = ("package.json", "package-lock.json", ".npmrc")
_INSTALLING_SECONDS = 240


def node_program() -> str:
    """Return the program `node`. Skips where it is not installed; under CI=true it fails instead."""
    return _program("node")


def install_packages(source: Path, folder: Path) -> None:
    """Install what the lists in `source` name into an empty folder. Skips or fails as `node_program` does."""
    npm = _program("npm")
    for name in _LISTS:
        shutil.copy(source / name, folder)
    command = [npm, "ci", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_INSTALLING_SECONDS, check=False)
    if done.returncode:
        _unavailable(f"npm could not install what the tests need: {done.stderr}")


def _program(name: str) -> str:
    found = shutil.which(name)
    return found or _unavailable("node and npm are not installed (Debian: nodejs, npm)")


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
