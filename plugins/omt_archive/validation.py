"""What the inventory has to say before anything is moved: one finding per code, over all four stages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import Final

from omt_archive.documents.comparison import folder_of
from omt_archive.documents.inventory import STAGE as DOCUMENTS_STAGE
from omt_archive.documents.roots import ArchiveRoots
from omt_archive.findings import (
    ARCHIVE_FILES_IGNORED,
    ARCHIVE_ROOT_MISSING,
    ATTACHMENT_FILE_SHORT,
    CODES,
    DOCUMENT_EMPTY,
    DOCUMENT_FILE_MISPLACED,
    FILES_RECALLED,
    FOLDER_EMPTIED,
    OWNER_FOLDER_RENAMED,
    PATH_TOO_LONG,
    SERVICE_FOLDER_MISSING,
    TEMPLATE_FILE_MISSING,
)
from omt_archive.lacking_trees import ContentCount, Tree, lacking_trees, trees_without_content
from omt_archive.names import on_site
from omt_archive.service.attachments import STAGE as ATTACHMENTS_STAGE
from omt_archive.service.files import STAGE as SERVICE_STAGE
from omt_archive.settings import ArchiveSettings
from omt_archive.stages import ArchiveStages
from omt_archive.template_files import STAGE as TEMPLATES_STAGE
from omt_archive.template_files import template_folder
from omt_core.api import (
    FOLDER_PREFIX,
    SUBJECTS_SHOWN,
    Finding,
    FolderAwayError,
    FoundFiles,
    Installation,
    InventoryState,
    Item,
    MissingFiles,
    RunContext,
    Sentence,
    Severity,
    joined,
    plural,
    quantity,
    sentence,
)
from omt_crm.paths import wait_until_back
from omt_folders.tree import telling

LONGEST_PATH: Final = 260
"""Windows' own limit, its final NUL included; a path longer than that is told (crm.md section 8)."""

_KINDS: Final = {
    SERVICE_STAGE: sentence("files of Customer Service"),
    DOCUMENTS_STAGE: sentence("documents"),
    ATTACHMENTS_STAGE: sentence("attachments"),
    TEMPLATES_STAGE: sentence("templates"),
}
"""What the files of a stage are called."""

_BY_CODE: Final = {code.code: code for code in CODES}


class Tally:
    """Counts what items say, by finding code, and keeps the first subjects of each: memory does not grow."""

    def __init__(self, installation: Installation) -> None:
        archives = (len(on_site(root, installation.root)) for root in installation.archives)
        # The archive's own length is not in a name; no archive is so long that short names matter.
        self._longest_archive = max(archives, default=0)
        self._machine = installation.root
        self._counts: Counter[str] = Counter()
        self._subjects: dict[str, list[str]] = {}
        self._details: dict[str, Sentence] = {}
        self._templates = 0
        self._grave: set[str] = set()
        self._recalled = 0
        self.content = ContentCount()
        self.expected = 0
        self.found = 0

    def add(self, items: Sequence[Item]) -> None:
        """Count a batch."""
        if isinstance(items, FoundFiles) and items.stage in {DOCUMENTS_STAGE, ATTACHMENTS_STAGE}:
            if items.stage == DOCUMENTS_STAGE:
                self._add_documents(items)
            return
        for item in items:
            if item.presence is not InventoryState.FOUND:
                self._say(item.reason, item.key, _example(item))
            else:
                self._templates += item.stage == TEMPLATES_STAGE
                if item.path is not None and item.stage != ATTACHMENTS_STAGE:
                    # A document lies in the folder of a period, in that of its owner.
                    owner = item.path.parent.parent if item.stage == DOCUMENTS_STAGE else None
                    self.content.add(_KINDS.get(item.stage, item.stage), owner, item.path, item.size)
                if item.recalled:
                    self._recalled += item.size
                    self._say(FILES_RECALLED.code, item.key)
            if item.stage != ATTACHMENTS_STAGE:
                self._grave.add(item.reason)
            if item.stage != DOCUMENTS_STAGE:
                continue
            if item.presence is InventoryState.FOUND:
                self.found += 1
                if item.size == 0:
                    self._say(DOCUMENT_EMPTY.code, item.key)
                if len(item.name) + self._longest_archive >= LONGEST_PATH and item.path is not None:
                    self._check_length(item.key, on_site(item.path, self._machine))
            self.expected += item.presence in {InventoryState.FOUND, InventoryState.MISSING, InventoryState.UNREADABLE}

    def _add_documents(self, files: FoundFiles) -> None:
        """Count documents that are there: the same as `add` does of each."""
        self.expected += len(files)
        self.found += len(files)
        empty = Counter[str]()
        if 0 in files.sizes:
            for key, location, size in zip(files.keys, files.locations, files.sizes, strict=True):
                if size == 0:
                    self._say(DOCUMENT_EMPTY.code, key)
                    empty[folder_of(location)] += 1
        for folder, found in Counter(map(folder_of, files.locations)).items():
            # A document lies in the folder of a period, in that of its owner.
            self.content.add_of_owner(_KINDS[DOCUMENTS_STAGE], Path(folder).parent, found, empty[folder])
        if max(map(len, files.names)) + self._longest_archive >= LONGEST_PATH:
            for key, name, location in zip(files.keys, files.names, files.locations, strict=True):
                if len(name) + self._longest_archive >= LONGEST_PATH:
                    self._check_length(key, on_site(Path(location), self._machine))

    def templates(self, folder: Path | None) -> Tree | None:
        """Return how the folder of templates stands, if there is one."""
        if folder is None:
            return None
        missing = self._counts[TEMPLATE_FILE_MISSING.code]
        return Tree(on_site(folder, self._machine), _KINDS[TEMPLATES_STAGE], self._templates + missing, missing)

    def findings(self) -> list[Finding]:
        """Return one finding per code."""
        return [self._finding(code) for code in sorted(self._counts)]

    def _check_length(self, key: str, path: str) -> None:
        if len(str(PureWindowsPath(path))) >= LONGEST_PATH:
            example = sentence("For example {name}: {length} characters.", name=key, length=len(path))
            self._say(PATH_TOO_LONG.code, key, example)

    def _say(self, code: str, subject: str, detail: Sentence | None = None) -> None:
        self._counts[code] += 1
        subjects = self._subjects.setdefault(code, [])
        if len(subjects) < SUBJECTS_SHOWN:
            subjects.append(subject)
        if detail:
            self._details.setdefault(code, detail)

    def _finding(self, code: str) -> Finding:
        entry, count = _BY_CODE[code], self._counts[code]
        example = self._details.get(code)
        if code == FILES_RECALLED.code:
            counted = sentence("{count:,} in all with {size:,} bytes.", count=count, size=self._recalled)
        else:
            counted = sentence("{count:,} in all.", count=count)
        message = joined([counted, entry.meaning, *([example] if example else [])], " ")
        # Of attachments there are rows, so that it is known how many the folder lacks: that is told if it matters.
        mild = code == SERVICE_FOLDER_MISSING.code and code not in self._grave
        severity = Severity.WARNING if mild else entry.severity
        return entry.finding(message, tuple(self._subjects[code]), severity=severity)


def _example(item: Item) -> Sentence | None:
    """Say of one item what its finding alone does not: what happened, or where the file lies that may be it."""
    if item.reason == DOCUMENT_FILE_MISPLACED.code and item.candidates:
        return sentence(
            "For example {name}: {detail} A file of its name lies at {path}.",
            name=item.key, detail=item.detail, path=item.candidates[0],
        )  # fmt: skip
    return sentence("For example {name}: {detail}", name=item.key, detail=item.detail) if item.detail else None


async def validate(
    stages: ArchiveStages,
    installation: Installation,
    settings: ArchiveSettings,
    run: RunContext,
    missing: MissingFiles | None = None,
) -> list[Finding]:
    """Read all stages once and say what was found, worst things about whole archives included.

    What is `missing` is told file by file to whoever lists it.

    A folder that was there and is away is waited for; when that is in vain, it is told as one that is not there.
    """
    while True:
        try:
            tally = await _tallied(stages, installation, missing)
            break
        except FolderAwayError as lost:
            try:
                await wait_until_back(lost, run, minutes=settings.away_minutes)
            except FolderAwayError:
                stages.forget(lost.folder)
    findings = [*await stages.overlaps(run.workspace), *tally.findings()]
    findings += _about_short(stages.attachments_counted.short)
    findings += trees_without_content(
        tally.content, stages.attachments_counted, settings=settings, machine=installation.root
    )
    roots = stages.roots
    if roots is not None:
        findings += _about_roots(roots, tally, installation) + _about_renamed(stages.renamed)
        findings += lacking_trees(
            stages.documents_counted,
            stages.attachments_counted,
            tally.templates(template_folder(installation)),
            [root for root in roots.paths if root not in roots.unreadable],
            settings=settings,
            machine=installation.root,
        )
        if roots.ignored.count:
            shown = tuple(on_site(path, installation.root) for path in roots.ignored.first)
            ignored = quantity(roots.ignored.count, "file or folder", "files or folders")
            message = joined([sentence("{files} in all.", files=ignored), ARCHIVE_FILES_IGNORED.meaning], " ")
            findings.append(ARCHIVE_FILES_IGNORED.finding(message, shown))
    return findings


async def emptied_folders(stages: ArchiveStages, settings: ArchiveSettings, run: RunContext) -> list[Finding]:
    """Return a finding of each folder that held files when it was last read and does no more.

    A whole root is waited for first: an empty one is what a share looks like that is not mounted.
    """
    found = await stages.emptied()
    if roots := [lost for lost in found if lost.empty]:
        for lost in roots:
            with suppress(FolderAwayError):
                await wait_until_back(lost, run, minutes=settings.away_minutes)
        found = await stages.emptied()
    return [
        FOLDER_EMPTIED.finding(
            sentence("Files lay in {folder} when it was last read, and none do now.", folder=lost.shown),
            (f"{FOLDER_PREFIX}{lost.shown}",),
        )
        for lost in found
    ]


async def _tallied(stages: ArchiveStages, installation: Installation, missing: MissingFiles | None) -> Tally:
    tally = Tally(installation)
    for stage in stages.all():
        if missing is not None:
            await missing.begin(stage.name)
        async for batch in stage.items():
            tally.add(batch)
            if missing is not None:
                await missing.add(batch)
    return tally


def _about_short(ids: Sequence[str]) -> list[Finding]:
    if not ids:
        return []
    message = joined([sentence("{count:,} in all.", count=len(ids)), ATTACHMENT_FILE_SHORT.meaning], " ")
    return [ATTACHMENT_FILE_SHORT.finding(message, tuple(ids[:SUBJECTS_SHOWN]))]


def _about_renamed(renamed: Mapping[tuple[str, str], int]) -> list[Finding]:
    """Tie the documents that lack their files to the folders of nobody that hold them."""
    if not renamed:
        return []
    pairs = sorted(renamed)
    said = [
        sentence(
            "{documents} of {owner} in {folder}",
            documents=quantity(renamed[(login, folder)], "document"),
            owner=telling(login),
            folder=telling(folder),
        )
        for login, folder in pairs
    ]
    given = ", ".join(f"{json.dumps(login)} = {json.dumps(folder)}" for login, folder in pairs)
    moved = sentence("[archive] owners = {owners} moves them.", owners=f"{{ {given} }}")
    message = joined([joined(said, "; "), joined([moved, OWNER_FOLDER_RENAMED.meaning], " ")], ". ")
    return [OWNER_FOLDER_RENAMED.finding(message, tuple(telling(login) for login, _ in pairs)[:SUBJECTS_SHOWN])]


def _about_roots(roots: ArchiveRoots, tally: Tally, installation: Installation) -> list[Finding]:
    """Tell archives that are not there. An old one that nobody misses is a warning, one that is missed an error."""
    findings: list[Finding] = []
    missed = tally.expected - tally.found
    for root, why in roots.unreadable.items():
        shown = on_site(root, installation.root)
        message = plural(
            missed,
            "The archive {folder} cannot be read ({reason}); {number:,} document is missing.",
            "The archive {folder} cannot be read ({reason}); {number:,} documents are missing.",
            folder=shown,
            reason=why,
        )
        severity = Severity.ERROR if missed else Severity.WARNING
        findings.append(ARCHIVE_ROOT_MISSING.finding(message, (shown,), severity=severity))
    return findings
