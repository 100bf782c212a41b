"""What all tests share."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from omt_core.api.redaction import SECRETS

# What the tool says is said in English here, whatever the machine's language is, in processes of their own too.
os.environ["LC_ALL"] = "C.UTF-8"

# Whoever started the tests may have Ctrl-C ignored, as a shell does in the background, and processes inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says nothing on a machine with load.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


@pytest.fixture(autouse=True)
def _secrets_of_one_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test hides, an ordinary word for a password, the next may say."""
    monkeypatch.setattr(SECRETS, "_known", set(SECRETS._known))


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on the backend that the tool runs on."""
    return "asyncio"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what a test asks by its marks and this system does not have."""
    for mark in item.iter_markers("posix"):
        if sys.platform == "win32":
            pytest.skip(mark.args[0])
    if item.get_closest_marker("symlinks") and not _makes_symlinks():
        pytest.skip("symbolic links cannot be made here")


@cache
def _makes_symlinks() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, "link")
        try:
            link.symlink_to("nowhere")
        except OSError:
            return False
        return link.is_symlink()  # Wine says that it made one
