"""Checks that the folders of an installation are there, before every file in them counts as missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from omt_core.api import Finding, Installation, Sentence, sentence
from omt_core.api.files import openable
from omt_discovery.findings import FOLDER_UNREACHABLE


def unreachable_folders(installation: Installation) -> tuple[Finding, ...]:
    """Return a finding per folder that cannot be listed."""
    service = installation.service
    folders = (
        *(
            (sentence("archive {place}", place=place), path)
            for place, path in enumerate(installation.archives, start=1)
        ),
        (sentence("template folder"), installation.templates),
        (sentence("Service base folder"), service.base),
        (sentence("Service attachment folder"), service.attachments),
        (sentence("Service template folder"), service.templates),
        (sentence("Service text folder"), service.texts),
    )
    return tuple(finding for title, path in folders if path is not None for finding in _check(title, path))


def _check(title: Sentence, path: Path) -> Iterator[Finding]:
    try:
        with os.scandir(openable(path)):
            return
    except OSError as error:
        why = error.strerror or type(error).__name__
    message = sentence("The {title} {folder} cannot be listed: {reason}.", title=title, folder=path, reason=why)
    yield FOLDER_UNREACHABLE.finding(message, (str(path),))
