"""Words that several commands have: what was left behind, of which kind and mode a migration is, who is kept out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.sentence import Sentence, joined, sentence

KINDS: Final[Mapping[MigrationKind, Sentence]] = {
    MigrationKind.TEST: sentence("test migration"),
    MigrationKind.LIVE: sentence("live migration"),
}

KIND_TITLES: Final[Mapping[MigrationKind, Sentence]] = {
    MigrationKind.TEST: sentence("Test migration"),
    MigrationKind.LIVE: sentence("Live migration"),
}

MODES: Final[Mapping[MigrationMode, Sentence]] = {
    MigrationMode.INITIAL: sentence("first upload"),
    MigrationMode.RECOVERY: sentence("recovery"),
}


class LeftBehind(Protocol):
    """What is not online, and why: a stage, a whole run, or the forecast of one."""

    @property
    def missing(self) -> int:
        """Files that are not where the database says."""
        ...

    @property
    def failed(self) -> int:
        """Files that could not be read, or not be confirmed online."""
        ...

    @property
    def left_out(self) -> int:
        """Files that a rule leaves on site."""
        ...

    @property
    def left_behind(self) -> int:
        """All of them."""
        ...


class Gone(Protocol):
    """What an earlier run sent and the site no longer has."""

    @property
    def gone(self) -> int:
        """All files that are no longer on site."""
        ...

    @property
    def kept(self) -> int:
        """Those of them that stay online."""
        ...


def no_longer_on_site(of: Gone) -> Sentence:
    """Say how many files the site has lost since an earlier run sent them: `no longer on site: 2 (1 kept online)`."""
    return sentence(
        "no longer on site: {count:,} ({kept:,} kept online)" if of.kept else "no longer on site: {count:,}",
        count=of.gone,
        kept=of.kept,
    )


def left_behind(of: LeftBehind) -> Sentence:
    """Say how many files stay on site, with the reasons where there are any: `left behind: 3 (2 missing, 1 failed)`."""
    reasons: list[str] = []
    if of.missing:
        reasons.append(sentence("{count:,} missing", count=of.missing))
    if of.failed:
        reasons.append(sentence("{count:,} failed", count=of.failed))
    if of.left_out:
        reasons.append(sentence("{count:,} left out", count=of.left_out))
    return sentence(
        "left behind: {count:,} ({reasons})" if reasons else "left behind: {count:,}",
        count=of.left_behind,
        reasons=joined(reasons),
    )


def frozen_text(*, importing: bool) -> str:
    """Say that the installation is frozen; a thaw is offered only while nothing can be lost by it."""
    if importing:
        return sentence("The installation on site is frozen, and users must stay out until it is known.")
    return sentence("The installation on site is frozen; `omt thaw` undoes it.")


def importing_text() -> str:
    """Say that the end of a live import is not known here."""
    return sentence(
        "The tenant may be importing this live migration, or have completed it: the same command, run again, waits for"
        " the import and tells how it ended."
    )
