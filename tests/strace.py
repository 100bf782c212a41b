"""Tests that trace real processes: skipped where that is not possible, but not with CI=true."""

from __future__ import annotations

import os

import pytest

from tests.power_loss import StraceUnusableError, require_strace


def skip_without_strace() -> None:
    """Skip the test when processes cannot be traced here; under CI=true it fails instead."""
    try:
        require_strace()
    except StraceUnusableError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
