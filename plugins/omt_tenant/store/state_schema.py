"""The tables of tenant.sqlite. Digests are kept as 32 bytes, times as seconds since 1970."""

from __future__ import annotations

VERSION = 1

SCHEMA = """
CREATE TABLE migration (
    -- One row at most: a tenant takes the migration of one licence, pinned when it is opened (W71).
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    serial TEXT NOT NULL,
    completed_kind TEXT,                    -- kind of what is online, NULL before the first completion
    accepted INTEGER NOT NULL DEFAULT 0,
    client TEXT,
    claim BLOB                              -- sha256 of the claim that is valid now
) STRICT;

CREATE TABLE run (
    -- One row at most: the run that is open, from opening to completion.
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,                -- counts runs; never used twice
    kind TEXT NOT NULL,
    recovery TEXT,
    state TEXT NOT NULL,                    -- open, requested, failed, done
    request TEXT,                           -- the body of the completion that was asked for
    error TEXT
) STRICT;

CREATE TABLE stages (
    -- `role` is pending (committed in the open run) or migrated (part of what is online).
    role TEXT NOT NULL,
    stage TEXT NOT NULL,
    manifest BLOB NOT NULL,
    size INTEGER NOT NULL,
    items INTEGER NOT NULL,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (role, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE online (
    -- What is online: names of files below databases/ and receipts/. Replacing this row is the swap.
    one INTEGER PRIMARY KEY CHECK (one = 1),
    database TEXT NOT NULL,
    receipt TEXT NOT NULL,
    manifest TEXT NOT NULL
) STRICT;

CREATE TABLE packs (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL
) STRICT;

CREATE TABLE contents (
    digest BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    pack INTEGER REFERENCES packs,          -- NULL: a file of its own
    offset INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE uploads (
    uid TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    digest BLOB NOT NULL,
    length INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    metadata TEXT NOT NULL,                 -- the header Upload-Metadata as it came
    expires REAL NOT NULL,
    state TEXT NOT NULL                     -- open, landed, gone
) STRICT, WITHOUT ROWID;

CREATE TABLE taken_user_names (
    name TEXT PRIMARY KEY                   -- as omt_crm.user_names compares them
) STRICT, WITHOUT ROWID;
"""
