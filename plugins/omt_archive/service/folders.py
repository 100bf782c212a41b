"""Where Customer Service keeps its files: as given by hand, else as the database says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from omt_archive.statements import ATTACHMENT_LOCATIONS, SERVICE_FOLDERS
from omt_core.api import Installation, InstallationError, SourceDatabase, Value
from omt_crm.numbers import whole_number
from omt_crm.paths import map_windows_path


@dataclass(frozen=True, slots=True)
class AttachmentLocation:
    """A row of attachment_location; `folder` is None where `text` cannot be a folder on this machine."""

    id: int
    text: str
    folder: Path | None


@dataclass(frozen=True, slots=True)
class ServiceLayout:
    """The folders of Customer Service. `unusable` are paths in the database that cannot be opened here, with why."""

    templates: Path | None = None
    texts: Path | None = None
    locations: tuple[AttachmentLocation, ...] = ()
    attachments: Path | None = None
    by_hand: Path | None = None
    unusable: tuple[tuple[str, str], ...] = field(default=())

    def folders_for(self, location_id: int | None) -> tuple[Path, ...]:
        """Return where the file of an attachment may lie, in the order of search.

        Its `attachment_location_id` decides; a folder given by hand stands in where that is not there. ND: what 0 or
        NULL means (old rows): the first location, then `config.attachment_path`. ND: a location that no longer has a
        row: the current one, which is the last (crm.md section 1).
        """
        known = {location.id: location.folder for location in self.locations}
        chosen: list[Path | None]
        if not location_id:
            chosen = [self.locations[0].folder if self.locations else None, self.attachments]
        elif location_id in known:
            chosen = [known[location_id]]
        else:
            chosen = [self.locations[-1].folder if self.locations else None, self.attachments]
        return tuple(dict.fromkeys(folder for folder in (*chosen, self.by_hand) if folder is not None))

    def all_attachment_folders(self) -> tuple[Path, ...]:
        """Return every folder that attachments may lie in, each once."""
        folders = (*(location.folder for location in self.locations), self.attachments, self.by_hand)
        return tuple(dict.fromkeys(folder for folder in folders if folder is not None))


async def read_service_layout(installation: Installation, database: SourceDatabase) -> ServiceLayout:
    """Read the folders from the database and put over them what was given by hand (crm.md section 1)."""
    given = installation.service
    unusable: list[tuple[str, str]] = []

    def folder(text: Value) -> Path | None:
        if text is None or not str(text).strip():
            return None
        try:
            return map_windows_path(str(text).strip(), installation.root)
        except InstallationError as error:
            unusable.append((str(text), error.message))
            return None

    rows: Sequence[Sequence[Value]] = ()
    if database.table("config") is not None:
        rows = await database.rows(SERVICE_FOLDERS)
    texts, templates, attachments = rows[0] if rows else (None, None, None)
    locations: Sequence[Sequence[Value]] = ()
    if database.table("attachment_location") is not None:
        locations = await database.rows(ATTACHMENT_LOCATIONS)
    return ServiceLayout(
        templates=given.templates or folder(templates),
        texts=given.texts or folder(texts),
        locations=tuple(AttachmentLocation(whole_number(key), str(path), folder(path)) for key, path in locations),
        attachments=folder(attachments),
        by_hand=given.attachments,
        unusable=tuple(unusable),
    )
