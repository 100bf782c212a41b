"""One directory for all tests, which only read it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from directories import Directory, person, slapd

PEOPLE = "".join(
    [
        person("hanne", login="HH"),
        person("HH"),
        person("nobody-of-the-crm", login="ZZZZ"),
        person("guest", login="HH", group="guest"),
        person("unmapped"),
        person("a*", login="HH"),
        person("clerk", login="nisa"),
        person("left", login="GS"),
        person("another", login="hanne", password="their-own"),
    ]
)


@pytest.fixture(scope="session")
def directory() -> Generator[Directory, None, None]:
    """A directory that runs."""
    with TemporaryDirectory() as folder, slapd(Path(folder), PEOPLE) as running:
        yield running
