"""Document templates: rows of DocTmpl and the template folder, crm.md section 6."""

from __future__ import annotations

from omt_simulator.content import Contents
from omt_simulator.database.writer import Database
from omt_simulator.machine import Machine

FOLDER = r"C:\SO_ARC\TEMPLATE"
DOCUMENT, EMAIL, FAX, MERGE_DRAFT, MERGE_FINAL, SAVED_REPORT = 2, 3, 4, 7, 8, 9
"""DocTmpl.record_type."""

TEMPLATES = (
    ("Brev", "SoLetter.docx", DOCUMENT, ("NO", "SW", "GE")),
    ("Tilbud på utstyr", "Tilbud på utstyr.docx", DOCUMENT, ("NO",)),
    ("Telefaks", "fax.doc", FAX, ()),
    ("E-post", "mailtemplate.html", EMAIL, ("DA", "US")),
    ("Flettebrev (kladd)", "merge draft.docx", MERGE_DRAFT, ()),
    ("Flettebrev", "merge final.docx", MERGE_FINAL, ()),
    ("Rapport", "report.xlsx", SAVED_REPORT, ()),
    ("Müller & Söhne", "Müller & Söhne's brev.docx", DOCUMENT, ()),
)
WITHOUT_ROW = ("mail.htm", "export kontakt.sxf", r"bilder\logo.png")
"""Files that no row names and that are templates all the same."""

NEVER_MOVED = (r"TRAVEL\prototype.mdb", r"TRAVEL\prototype 2.mdb")
"""The one sub-folder that is left behind: prototypes for Travel, which can be huge."""

PLUGIN_PROVIDER = 7
BYTES = 12_000


def write_templates(database: Database, machine: Machine, contents: Contents) -> int:
    """Write rows and files; returns how many files there are to be moved."""
    names = list(WITHOUT_ROW)
    for name, filename, kind, languages in TEMPLATES:
        database.append(
            "DocTmpl", name=name, filename=filename, record_type=kind, direction=2, loadTemplateFromPlugin=0
        )
        names += [filename, *(f"{language}\\{filename}" for language in languages)]
    # Kept by another provider: its filename is a reference of that provider's, not a file.
    database.append(
        "DocTmpl",
        name="SharePoint-mal",
        filename="sp:42",
        record_type=DOCUMENT,
        autoevent_id=PLUGIN_PROVIDER,
        loadTemplateFromPlugin=1,
    )
    for name in (*names, *NEVER_MOVED):
        machine.write(f"{FOLDER}\\{name}", contents.make(f"template {name}", name.rpartition(".")[2], BYTES))
    return len(names)
