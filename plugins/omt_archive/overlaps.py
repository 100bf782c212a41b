"""Folders that stand for two things: all that lies in one is moved as templates, say, and so is the other in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from omt_archive.findings import FOLDERS_OVERLAP
from omt_archive.names import on_site
from omt_archive.service.folders import ServiceLayout
from omt_archive.template_files import template_folder
from omt_core.api import SUBJECTS_SHOWN, Finding, Installation, Sentence, joined, sentence
from omt_core.api.files import is_inside


def overlaps(installation: Installation, layout: ServiceLayout, workspace: Path | None) -> list[Finding]:
    """Return one finding about all folders that overlap, or none. Blocking.

    The folder of templates usually lies in the first archive, and those of Customer Service beside each other or in
    that of attachments: of these nothing is moved twice.
    """
    told = dict(_told(installation, layout, workspace))
    if not told:
        return []
    subjects = dict.fromkeys(on_site(folder, installation.root) for pair in told.values() for folder in pair)
    return [FOLDERS_OVERLAP.finding(joined([*told], " "), tuple(subjects)[:SUBJECTS_SHOWN])]


def _told(
    installation: Installation, layout: ServiceLayout, workspace: Path | None
) -> Iterator[tuple[Sentence, tuple[Path, Path]]]:
    def shown(folder: Path) -> str:
        return on_site(folder, installation.root)

    templates, attachments = template_folder(installation), layout.all_attachment_folders()
    whole = (
        (templates, sentence("templates")),
        (layout.templates, sentence("files of Customer Service")),
        (layout.texts, sentence("files of Customer Service")),
    )
    for folder, kind in whole:
        for other in (*installation.archives, *attachments):
            if folder is not None and is_inside(other, folder):
                yield (
                    sentence(
                        "All files in {folder} would be moved as {kind}, among them those of {other}.",
                        folder=shown(folder), kind=kind, other=shown(other),
                    ),
                    (folder, other),
                )  # fmt: skip
    for other in attachments:
        if templates is not None and is_inside(templates, other) and not is_inside(other, templates):
            yield (
                sentence(
                    "All files in {folder} would be moved as templates, but it lies in {other} among attachments.",
                    folder=shown(templates), other=shown(other),
                ),
                (templates, other),
            )  # fmt: skip
    for place in (layout.templates, layout.texts, *attachments):
        if workspace is not None and place is not None and is_inside(workspace, place):
            yield (
                sentence(
                    "The workspace {folder} lies in {place}, a folder that is migrated.",
                    folder=workspace, place=shown(place),
                ),
                (workspace, place),
            )  # fmt: skip
