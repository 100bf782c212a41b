"""What this plugin can report. The texts are for the person who migrates, who has not read this code."""

from __future__ import annotations

from typing import Final

from omt_core.api import FindingCode, Severity

PLUGIN: Final = "object_store"

NOT_IMPORTED: Final = FindingCode(
    code="object-store-not-imported",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The migration went into an object store, which imports nothing. The database is there as Parquet files, "
    "each verified by its sha256; that its rows can be read, and that they are all there, nobody on that side has "
    "checked. Plans, user names and removed addresses are kept there as decisions.json, and nobody carried them out; "
    "no mail was sent.",
    remedy="Have whoever imports from the store count rows and compare fingerprints as docs/reference/fingerprint.md "
    "says. For an archive copy there is nothing to do.",
)
DAMAGED: Final = FindingCode(
    code="object-store-damaged",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="An object in the store is not what it was when it was verified, or is not there any more.",
    remedy="Remove the object that is named from the store, then recover missing files in an empty workspace: it asks "
    "the store for everything, sends what is not there, and completes anew. The database is sent by a complete run "
    "only: overwrite the test.",
)

CODES: Final = (DAMAGED, NOT_IMPORTED)
