"""The inventory of templates: all files of the template folder, and the rows whose file is not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from omt_archive.findings import TEMPLATE_FILE_MISSING, TEMPLATE_FOLDER_MISSING, TEMPLATE_NAME_HOSTILE
from omt_archive.names import on_site
from omt_core.api import Expected, Installation, InventoryState, Item, Row, Sentence, one_line, sentence
from omt_crm.numbers import whole_number
from omt_crm.paths import as_opened, fold, refuse_reason
from omt_folders.disk import Disk, listed
from omt_folders.tree import tree_item, walk

STAGE: Final = "templates"

DEFAULT_FOLDER: Final = "TEMPLATE"
"""Below the first archive, in any case, unless another folder is configured (crm.md section 1)."""

NEVER_MOVED: Final = "TRAVEL"
"""Prototypes of Travel, which can be huge (section 6)."""


class TemplateRow(NamedTuple):
    """A row of DocTmpl that names a file.

    `relative` is its path with `/`, in the row's spelling, but for the dots and blanks that Windows on site takes off.
    """

    key: int
    relative: str


def template_folder(installation: Installation) -> Path | None:
    """Return the folder of templates: the configured one, else the default one if the first archive has it."""
    if installation.templates is not None or not installation.archives:
        return installation.templates
    try:
        entries = sorted(listed(installation.archives[0]), key=lambda entry: entry.name)
    except OSError:
        return None
    return next((Path(entry.path) for entry in entries if is_template_folder(entry.name) and entry.is_dir()), None)


def is_template_folder(name: str) -> bool:
    """Tell whether a folder of the first archive is that of templates, where none is configured."""
    return fold(name) == DEFAULT_FOLDER


def template_rows(rows: Sequence[Row]) -> list[TemplateRow]:
    """Return the rows that name a file: not of another plug-in, and not deleted (section 6)."""
    found: list[TemplateRow] = []
    for key, filename, from_plugin, provider, deleted in rows:
        if filename is None or not str(filename).strip() or any(map(whole_number, (from_plugin, provider, deleted))):
            continue
        names = map(as_opened, str(filename).replace("\\", "/").split("/"))
        found.append(TemplateRow(whole_number(key), "/".join(names)))
    return found


def templates(folder: Path | None, rows: Sequence[TemplateRow], *, disk: Disk, machine: Path | None) -> Iterator[Item]:
    """Yield the items of the stage. Blocking. The files found are remembered by name: templates are few.

    A file has the key that its row spells, so that one put back later in other case is still the same item.
    """
    usable = {row: _refusal(row.relative) for row in rows}
    spelling = {fold(row.relative): row.relative for row in reversed(rows) if usable[row] is None}
    present: set[str] = set()
    if folder is not None and disk.has_root(folder):
        files = list(walk(folder, disk, leave_out=lambda relative: fold(relative) == NEVER_MOVED))
        exact = {file.relative for file in files}
        for file in files:
            folded = fold(file.relative)
            key = spelling.get(folded, file.relative)
            if key != file.relative and (key in exact or folded in present):
                key = file.relative  # another file of that name, but for case, is the row's
            present.add(folded)
            yield tree_item(STAGE, key, file)
    elif folder is not None or spelling:
        detail = sentence("No template folder is known.")
        if folder is not None:
            detail = sentence("{folder} does not exist.", folder=on_site(folder, machine))
        yield Item(
            stage=STAGE,
            key=".",
            name=".",
            presence=InventoryState.MISSING,
            reason=TEMPLATE_FOLDER_MISSING.code,
            detail=detail,
        )
    told: set[str] = set()
    for row in rows:
        refusal = usable[row]
        if refusal is not None:
            detail = sentence("Its file name '{name}' {reason}.", name=one_line(row.relative), reason=refusal)
            yield Item(
                stage=STAGE, key=f"row:{row.key}", name=f"template {row.key}", presence=InventoryState.REFUSED,
                reason=TEMPLATE_NAME_HOSTILE.code, detail=detail,
            )  # fmt: skip
        elif not _is_present(fold(row.relative), present) and fold(row.relative) not in told:
            told.add(fold(row.relative))
            yield Item(
                stage=STAGE, key=row.relative, name=row.relative, presence=InventoryState.MISSING,
                reason=TEMPLATE_FILE_MISSING.code, detail=sentence("Template {id} names it.", id=row.key),
                expected=None if folder is None else Expected(path=on_site(folder / row.relative, machine)),
            )  # fmt: skip


def _is_present(folded: str, present: set[str]) -> bool:
    """Tell whether the file is there, or a variant of it in a language's folder `<LL>/<file name>` (section 6).

    Two letters are not looked up in the list of languages, since the plug-in takes ISO codes as well.
    """
    return folded in present or any(
        file[2:3] == "/" and file[3:] == folded for file in present if len(file) == len(folded) + 3
    )


def _refusal(relative: str) -> Sentence | None:
    for part in relative.split("/"):
        reason = refuse_reason(part)
        if reason is not None:
            return reason
    return None
