"""The answers about the installation, as the journal keeps them for a later thaw: without their secrets."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from omt_core.api.installation import ManualAnswers

_ADAPTER: Final = TypeAdapter(ManualAnswers)


def dump(answers: ManualAnswers) -> str:
    """Write the answers down; a whole connection string may hold a password, so only a source's name is kept."""
    dsn = answers.dsn if answers.dsn is not None and "=" not in answers.dsn else None
    return _ADAPTER.dump_json(replace(answers, password=None, dsn=dsn)).decode()


def load(text: str | None) -> ManualAnswers:
    """Read what `dump` wrote, or nothing."""
    return ManualAnswers() if text is None else _ADAPTER.validate_json(text)
