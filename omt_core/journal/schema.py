"""The tables of the journal, and how an older journal becomes a newer one.

Keys, names and paths are blobs in UTF-8 with lone surrogates passed through, because names on a disk need not be text;
their order is that of Unicode code points, which is also the order of manifests.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from omt_core.api.sentence import sentence
from omt_core.journal.errors import JOURNAL_TOO_NEW

_VERSION_1: Final = """
CREATE TABLE pins (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE notes (owner TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (owner, name))
  WITHOUT ROWID;
CREATE TABLE runs (
  number INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT, mode TEXT NOT NULL, baseline INTEGER NOT NULL,
  exit_code INTEGER, sent_bytes INTEGER NOT NULL DEFAULT 0, plugins TEXT NOT NULL, findings TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE phases (
  run INTEGER NOT NULL, position INTEGER NOT NULL, phase TEXT NOT NULL, started TEXT NOT NULL, finished TEXT,
  PRIMARY KEY (run, position)
) WITHOUT ROWID;
CREATE TABLE stages (name TEXT PRIMARY KEY, title TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL,
  plugin TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE items (
  stage TEXT NOT NULL, key BLOB NOT NULL, name BLOB NOT NULL, path BLOB, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, detail BLOB NOT NULL, digest BLOB,
  confirmed_digest BLOB, confirmed_run INTEGER, seen_run INTEGER NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
  part TEXT, candidates TEXT,
  PRIMARY KEY (stage, key)
) WITHOUT ROWID;
CREATE INDEX open_items ON items (stage, key) WHERE state IN ('pending', 'started');
CREATE INDEX confirmed_contents ON items (digest) WHERE state = 'confirmed';
CREATE TABLE uploads (url TEXT PRIMARY KEY, kind TEXT NOT NULL, digest BLOB NOT NULL, size INTEGER NOT NULL,
  offset INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE members (
  url TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE, position INTEGER NOT NULL, stage TEXT NOT NULL,
  key BLOB NOT NULL, digest BLOB NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (url, position)
) WITHOUT ROWID;
"""

# Items that are left behind are few among many, and asked for at the end of each run and in each recovery. Which
# contents are online is asked of the online side alone: an index by digest changed a page somewhere with every item.
_VERSION_2: Final = """
CREATE TABLE imported (stage TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX left_items ON items (stage, key) WHERE state IN ('failed', 'missing', 'skipped');
DROP INDEX confirmed_contents;
"""

# An index whose condition is a list costs a temporary table with every change of a row; alternatives cost nothing.
_VERSION_3: Final = """
DROP INDEX open_items;
DROP INDEX left_items;
CREATE INDEX open_items ON items (stage, key) WHERE state = 'pending' OR state = 'started';
CREATE INDEX left_items ON items (stage, key) WHERE state = 'failed' OR state = 'missing' OR state = 'skipped';
"""

_VERSION_4: Final = """
ALTER TABLE items ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0;
"""

_VERSION_5: Final = """
ALTER TABLE runs ADD COLUMN error TEXT NOT NULL DEFAULT '';
"""

# How the words of an error were made, so that a report can say them in another language.
_VERSION_6: Final = """
ALTER TABLE runs ADD COLUMN error_parts TEXT;
"""

# Where a missing file should be, and what the database knows of it.
_VERSION_7: Final = """
ALTER TABLE items ADD COLUMN expected TEXT;
"""

# The detail of an item that was said by a template is text, JSON of how it was made; plain words are a blob as before.
_VERSION_8: Final = ""

# What is known of a stage as it was imported, and is forgotten together with that: how many items in which states, the
# keys that are numbers, and the folders in which files are confirmed, each with a digest.
_VERSION_9: Final = """
ALTER TABLE imported ADD COLUMN run INTEGER;
ALTER TABLE imported ADD COLUMN totals TEXT;
ALTER TABLE imported ADD COLUMN numbers TEXT;
CREATE TABLE imported_folders (stage TEXT NOT NULL REFERENCES imported ON DELETE CASCADE, folder BLOB NOT NULL,
  files INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (stage, folder)) WITHOUT ROWID;
"""

# How long runs and phases lasted, by the machine's steady clock, and what that showed when they began: the time of day
# may be set meanwhile.
_VERSION_10: Final = """
ALTER TABLE runs ADD COLUMN steady REAL;
ALTER TABLE runs ADD COLUMN seconds REAL;
ALTER TABLE phases ADD COLUMN steady REAL;
ALTER TABLE phases ADD COLUMN seconds REAL;
"""

STEPS: Final = (
    _VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4, _VERSION_5, _VERSION_6, _VERSION_7, _VERSION_8, _VERSION_9,
    _VERSION_10,
)  # fmt: skip
"""The script that leads from each version to the next; an empty file has version 0."""


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring a journal to the newest version, one transaction per step.

    Raises `InputError` `journal-too-new` for a journal that a newer tool has written.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        raise JOURNAL_TOO_NEW.error(
            sentence(
                "The journal has version {version}; this tool knows up to {known}, so a newer tool wrote it.",
                version=version,
                known=len(STEPS),
            )
        )
    for number, script in enumerate(STEPS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
