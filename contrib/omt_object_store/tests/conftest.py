"""The stores, each started once."""

from __future__ import annotations

from collections.abc import Iterator

import object_stores
import pytest
from object_stores import Server


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on the backend that the tool runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def folder_store() -> Server:
    """A folder."""
    return Server(scheme="file")


@pytest.fixture(scope="session")
def s3_store() -> Iterator[Server]:
    """S3."""
    with object_stores.moto() as server:
        yield server


@pytest.fixture(scope="session")
def azure_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Azure Blob."""
    with object_stores.azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server


@pytest.fixture(params=["folder", "s3", "azure"])
def store(request: pytest.FixtureRequest) -> Server:
    """Each of the stores."""
    server: Server = request.getfixturevalue(f"{request.param}_store")
    return server
