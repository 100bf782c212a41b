"""What is wrong with a planted document, on disk and in its row, and how truth.json tells it."""

from __future__ import annotations

import string
from dataclasses import dataclass

from omt_simulator.content import Contents
from omt_simulator.documents.archive_path import document_path, neighbouring_period, period_folder
from omt_simulator.documents.plan import ARCHIVES, PlannedDocument
from omt_simulator.machine import Machine
from omt_simulator.truth import Truth

NOBODY = 900_000
"""Ids from here belong to no associate."""

OTHER_PROVIDER = 7
PLANTED_BYTES = 3_000
_SWAP_CASE = str.maketrans(
    string.ascii_lowercase + string.ascii_uppercase, string.ascii_uppercase + string.ascii_lowercase
)

BAIT = r"C:\SO_SECRET\bait.docx"
"""A file outside every archive that a planted name reaches for when `..` is followed."""

HOSTILE_NAMES = (
    r"..\..\..\SO_SECRET\bait.docx",
    r"\\server\share\unc.docx",
    "C:relative.docx",
    "report.docx:hidden",
    "CON",
    "bad\x01name.docx",
    "../../../SO_SECRET/bait.docx",
    r"C:\Windows\win.ini",
    "aux.docx",
    "line\r\nbreak.docx",
    r"\rooted.docx",
    "trailing.docx...",
)
BLANKS = ("", "   ", " ")


@dataclass(frozen=True, slots=True)
class Planted:
    """How the rows of a planted document differ; `found` says whether its file is to be found nevertheless."""

    name: str
    found: bool = False
    appointment: bool = True
    owner: int | None = None
    provider: int = 0


class DocumentPlants:
    """Plants them, and tells each."""

    def __init__(self, machine: Machine, contents: Contents, truth: Truth) -> None:
        self._machine = machine
        self._contents = contents
        self._truth = truth

    def apply(self, slug: str, document: PlannedDocument) -> Planted:
        """Plant `slug` on this document, which must be registered far from a border between periods."""
        place = len(self._truth.plants.get(slug, ()))
        planted, stored = self._on_disk(slug, document, place)
        owner = "" if planted.owner is not None or not planted.appointment else document.owner.login
        expected = document_path(owner, document.registered, planted.name) if owner and planted.name.strip() else None
        self._truth.plant(
            slug,
            document.number,
            document_id=document.number,
            name=planted.name,
            owner=owner or None,
            archive=document.archive,
            expected=None if slug in {"hostile-name", "other-provider"} else expected,
            stored=stored,
            found=planted.found,
        )
        return planted

    def _on_disk(self, slug: str, document: PlannedDocument, place: int) -> tuple[Planted, str | None]:  # noqa: PLR0911
        login, name = document.owner.login, document.name
        period = period_folder(document.registered)
        match slug:
            case "blank-name":
                return Planted(BLANKS[place % len(BLANKS)]), None
            case "no-appointment":
                return Planted(name, appointment=False), None
            case "missing-associate":
                return Planted(name, owner=NOBODY + place), None
            case "other-provider":
                return Planted(name, provider=OTHER_PROVIDER), None
            case "hostile-name":
                if place == 0:
                    self._machine.write(BAIT, b"must never be read")
                return Planted(HOSTILE_NAMES[place % len(HOSTILE_NAMES)]), None
            case "wrong-case" if place % 2:
                return Planted(name, found=True), self._write(document, login.translate(_SWAP_CASE), period, name)
            case "wrong-case":
                return Planted(name, found=True), self._write(document, login, period, name.translate(_SWAP_CASE))
            case "wrong-period":
                return Planted(name), self._write(document, login, neighbouring_period(document.registered), name)
            case "zero-bytes":
                return Planted(name, found=True), self._write(document, login, period, name, size=0)
            case "unreadable":
                path = f"{document.archive}\\{login}\\{period}\\{name}"
                self._machine.write_loop(path)
                return Planted(name), path
            case _:  # missing-file
                return Planted(name), None

    def orphan(self, number: int, neighbour: PlannedDocument) -> None:
        """Write a file that no row knows, beside the files of a document's owner."""
        archive = ARCHIVES[number % len(ARCHIVES)]
        login, period = neighbour.owner.login, period_folder(neighbour.registered)
        path = f"{archive}\\{login}\\{period}\\Glemt fil {number}.docx"
        self._machine.write(path, self._contents.make(f"orphan {number}", "docx", PLANTED_BYTES))
        self._truth.plant("orphan", path, stored=path)

    def _write(self, document: PlannedDocument, login: str, period: str, name: str, size: int | None = None) -> str:
        path = f"{document.archive}\\{login}\\{period}\\{name}"
        content = self._contents.make(document.number, document.extension, size)
        self._machine.write(path, content, document.registered)
        return path
