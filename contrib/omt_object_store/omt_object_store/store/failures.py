"""What a store says no with, as errors that a person can act on."""

from __future__ import annotations

import errno
import re
from http import HTTPStatus
from typing import Final

from obstore.exceptions import PermissionDeniedError, UnauthenticatedError
from omt_core.api import SECRETS, OnlineError, OnlineRefusedError, OnlineUnavailableError

_STATUS: Final = re.compile(r"status code: (\d{3})")
_QUERY: Final = re.compile(r"\?\S+")
_CODE: Final = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_RETRY_LATER: Final = frozenset({408, 425, 500, 502, 504})
_BUSY: Final = frozenset({429, 503})
_TEXT_SHOWN: Final = 300

BUSY: Final = "object-store-busy"
"""The code of a store that asks for less at a time."""


class StoreDamagedError(OnlineRefusedError):
    """What the store hands out is not what was put there."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            "object-store-damaged",
            f"The object {path} in the store {what}.",
            "Run `omt object-store verify`, remove what it names as damaged, then run the same command in an empty "
            "workspace: what is not there is sent anew.",
        )


def store_failure(error: Exception, name: str) -> OnlineError:
    """Say what went wrong at the store `name`. Only what time may mend is an `OnlineUnavailableError`."""
    text = str(error)
    status = int(found[1]) if (found := _STATUS.search(text)) else None
    if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
        return OnlineRefusedError(
            "object-store-access-denied",
            f"{name} does not let the tool in: {_shown(text)}",
            "Check keys and rights: the tool lists, reads, writes and deletes below the store's prefix.",
        )
    if isinstance(error, FileNotFoundError) or status == HTTPStatus.NOT_FOUND:
        return OnlineRefusedError(
            "object-store-not-there",
            f"{name} is not there: {_shown(text)}",
            "Check object_store.url and object_store.endpoint, and make the bucket or container.",
        )
    if (
        status == HTTPStatus.INSUFFICIENT_STORAGE
        or f"os error {errno.ENOSPC}" in text
        or getattr(error, "errno", None) == errno.ENOSPC
    ):
        return OnlineRefusedError(
            "storage-full",
            f"{name} is full.",
            "Make room there, then run the same command again: it goes on from here.",
        )
    if status in _BUSY:
        return OnlineUnavailableError(
            BUSY,
            f"{name} asks for patience (status {status}).",
            "Run the same command again, with fewer uploads at once.",
        )
    if status is None or status in _RETRY_LATER:
        return OnlineUnavailableError(
            "object-store-unavailable",
            f"{name} did not answer, or cannot now: {_shown(text)}",
            "Check object_store.endpoint and the way there, then run the same command again: it goes on from what was "
            "confirmed.",
        )
    return OnlineRefusedError(
        "object-store-refused",
        f"{name} refused with status {status}: {_shown(text)}",
        "Check the settings of the section [object_store] and the store's own log.",
    )


def claim_lost() -> OnlineRefusedError:
    """Say that another tool has the migration, or that this one was opened again."""
    return OnlineRefusedError(
        "migration-claimed",
        "The claim on the migration in this store is not, or no longer, valid: another tool or another machine has it.",
        "Make sure that one tool at a time works on this store, and run the same command again.",
    )


def _shown(text: str) -> str:
    """Return the first line of what a store said, without secrets; signatures stand behind a question mark."""
    line = _QUERY.sub("", text.partition("\n")[0])
    code = f" ({found[1]})" if (found := _CODE.search(text)) else ""
    line = SECRETS.hide(line.partition(": <?xml")[0])[:_TEXT_SHOWN]
    return "".join(character if character.isprintable() else " " for character in line).strip().rstrip(".") + f"{code}."
