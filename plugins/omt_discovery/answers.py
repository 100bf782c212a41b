"""What the migrator gave by hand, as the configuration that wins over all others (W100-W105)."""

from __future__ import annotations

from collections.abc import Iterator

from omt_core.api import ManualAnswers
from omt_discovery.configuration import (
    ARCHIVES,
    DATABASE,
    DBMS,
    DSN,
    PREFIX,
    SERVER,
    SERVICE_ATTACHMENTS,
    SERVICE_BASE,
    SERVICE_TEMPLATES,
    SERVICE_TEXTS,
    TEMPLATES,
    USER,
    Claim,
    Configuration,
    Rank,
    password_claim,
)  # fmt: skip

SOURCE = "answers"


def given(answers: ManualAnswers) -> Configuration:
    """Return the answers as claims; what is not set claims nothing."""
    return Configuration(name=SOURCE, rank=Rank.ANSWERS, claims=tuple(_claims(answers)))


def _claims(answers: ManualAnswers) -> Iterator[Claim]:
    service = answers.service
    values: tuple[tuple[str, object], ...] = (
        (DBMS, answers.dbms), (SERVER, answers.server), (DATABASE, answers.database), (DSN, answers.dsn),
        (PREFIX, answers.prefix), (USER, answers.user), (TEMPLATES, answers.templates), (SERVICE_BASE, service.base),
        (SERVICE_ATTACHMENTS, service.attachments), (SERVICE_TEMPLATES, service.templates),
        (SERVICE_TEXTS, service.texts), *((ARCHIVES, archive) for archive in answers.archives),
    )  # fmt: skip
    for setting, value in values:
        if value is not None:
            yield Claim(setting=setting, value=str(value), source=SOURCE)
    if answers.password is not None:
        # Without a user beside it, it is that of whatever user is found.
        yield password_claim(answers.password, owner=answers.user, source=SOURCE)
