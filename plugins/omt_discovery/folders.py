"""Checks that the folders of an installation are there, before every file in them counts as missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from omt_core.api import Finding, Installation
from omt_core.api.files import openable
from omt_discovery.findings import FOLDER_UNREACHABLE


def unreachable_folders(installation: Installation) -> tuple[Finding, ...]:
    """Return a finding per folder that cannot be listed."""
    service = installation.service
    folders = (
        *((f"archive {place}", path) for place, path in enumerate(installation.archives, start=1)),
        ("template folder", installation.templates),
        ("Service base folder", service.base),
        ("Service attachment folder", service.attachments),
        ("Service template folder", service.templates),
        ("Service text folder", service.texts),
    )
    return tuple(finding for title, path in folders if path is not None for finding in _check(title, path))


def _check(title: str, path: Path) -> Iterator[Finding]:
    try:
        with os.scandir(openable(path)):
            return
    except OSError as error:
        why = error.strerror or type(error).__name__
    yield FOLDER_UNREACHABLE.finding(f"The {title} {path} cannot be listed: {why}.", (str(path),))
