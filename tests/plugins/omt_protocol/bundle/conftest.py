"""Bundles as an archiver makes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.plugins.omt_tenant.conftest import bundle


@pytest.fixture
def make_bundle() -> Callable[..., bytes]:
    return bundle
