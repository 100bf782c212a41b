"""node for the tests of this folder: its packages are installed once in a run."""

from __future__ import annotations

import pytest

from tests.interop.node import Node, install


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    return install(tmp_path_factory.mktemp("node"))
