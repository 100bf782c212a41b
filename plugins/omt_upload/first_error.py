"""One error instead of a group of them: the person is told what stopped the transfer, not what that stopped in turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from omt_core.api import OmtError


@contextmanager
def first_error() -> Iterator[None]:
    """Raise the first error of a group, one that is meant for a person before any other."""
    try:
        yield
    except BaseExceptionGroup as group:
        errors = list(_leaves(group))
        raise next((error for error in errors if isinstance(error, OmtError)), errors[0]) from group


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
