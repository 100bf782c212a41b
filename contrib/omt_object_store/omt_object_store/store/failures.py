"""What a store says no with, as errors that a person can act on."""

from __future__ import annotations

import errno
import re
from http import HTTPStatus
from typing import Final

from obstore.exceptions import PermissionDeniedError, UnauthenticatedError
from omt_core.api import SECRETS, OnlineError, OnlineRefusedError, sentence
from omt_protocol.errors import MIGRATION_CLAIMED, STORAGE_FULL

from omt_object_store.errors import (
    OBJECT_STORE_ACCESS_DENIED,
    OBJECT_STORE_BUSY,
    OBJECT_STORE_DAMAGED,
    OBJECT_STORE_NOT_THERE,
    OBJECT_STORE_REFUSED,
    OBJECT_STORE_UNAVAILABLE,
)

_STATUS: Final = re.compile(r"status code: (\d{3})")
_QUERY: Final = re.compile(r"\?\S+")
_CODE: Final = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_RETRY_LATER: Final = frozenset({408, 425, 500, 502, 504})
_BUSY: Final = frozenset({429, 503})
_TEXT_SHOWN: Final = 300


class StoreDamagedError(OnlineRefusedError):
    """What the store hands out is not what was put there."""

    def __init__(self, path: str, what: str) -> None:
        message = sentence("The object {path} in the store {what}.", path=path, what=what)
        super().__init__(OBJECT_STORE_DAMAGED.code, message, OBJECT_STORE_DAMAGED.remedy)


def store_failure(error: Exception, name: str) -> OnlineError:
    """Say what went wrong at the store `name`. Only what time may mend is an `OnlineUnavailableError`."""
    text = str(error)
    status = int(found[1]) if (found := _STATUS.search(text)) else None
    if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
        return OBJECT_STORE_ACCESS_DENIED.error(
            sentence("{name} does not let the tool in: {text}", name=name, text=_shown(text))
        )
    if isinstance(error, FileNotFoundError) or status == HTTPStatus.NOT_FOUND:
        return OBJECT_STORE_NOT_THERE.error(sentence("{name} is not there: {text}", name=name, text=_shown(text)))
    if (
        status == HTTPStatus.INSUFFICIENT_STORAGE
        or f"os error {errno.ENOSPC}" in text
        or getattr(error, "errno", None) == errno.ENOSPC
    ):
        return STORAGE_FULL.error(
            sentence("{name} is full.", name=name),
            remedy="Make room there, then run the same command again: it goes on from here.",
        )
    if status in _BUSY:
        return OBJECT_STORE_BUSY.error(
            sentence("{name} asks for patience (status {status}).", name=name, status=status)
        )
    if status is None or status in _RETRY_LATER:
        return OBJECT_STORE_UNAVAILABLE.error(
            sentence("{name} did not answer, or cannot now: {text}", name=name, text=_shown(text))
        )
    return OBJECT_STORE_REFUSED.error(
        sentence("{name} refused with status {status}: {text}", name=name, status=status, text=_shown(text))
    )


def claim_lost() -> OnlineRefusedError:
    """Say that another tool has the migration, or that this one was opened again."""
    return MIGRATION_CLAIMED.error(
        "The claim on the migration in this store is not, or no longer, valid: another tool or another machine has it.",
        remedy="Make sure that one tool at a time works on this store, and run the same command again.",
    )


def _shown(text: str) -> str:
    """Return the first line of what a store said, without secrets; signatures stand behind a question mark."""
    line = _QUERY.sub("", text.partition("\n")[0])
    code = f" ({found[1]})" if (found := _CODE.search(text)) else ""
    line = SECRETS.hide(line.partition(": <?xml")[0])[:_TEXT_SHOWN]
    return "".join(character if character.isprintable() else " " for character in line).strip().rstrip(".") + f"{code}."
