"""What the host holds against a plugin: whatever it raises, or answers against its hook, as an error that names it.

An `InstallationError`, `OnlineError`, `InputError` or `InterruptedRunError` that a plugin raises, alone or in a group,
is about the world outside, not about the plugin: it keeps its words and its exit code. All else that comes out of a
plugin is its fault, also what would end the process (`SystemExit`) or pass for the cancellation of the run.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Final

import anyio

from omt_core.api.errors import (
    ErrorCode,
    InputError,
    InstallationError,
    InterruptedRunError,
    OmtError,
    OnlineError,
    PluginError,
)
from omt_core.api.findings import WAIVER_PREFIX, Finding
from omt_core.api.redaction import SECRETS
from omt_core.api.sentence import Sentence, joined, sentence
from omt_core.log_context import about
from omt_core.plugin_host.findings import PLUGIN_ANSWERED_WRONGLY, PLUGIN_RAISED, PLUGIN_TIMED_OUT

_log = logging.getLogger("omt.plugins")
_OUTSIDE: Final = (InterruptedRunError, InstallationError, OnlineError, InputError)
_LONGEST: Final = 2_000
"""So many characters of what a plugin says are told."""


class FaultError(PluginError):
    """What the host says of a plugin. Made here and nowhere else: a plugin's own `PluginError` could name another."""

    def finding(self) -> Finding:
        """Say it as a finding, for a hook that does not stop the run."""
        return _HELD_AGAINST_PLUGINS[self.code].finding(self.message, (f"{WAIVER_PREFIX}{self.plugin}",))


_HELD_AGAINST_PLUGINS: Final = {one.code: one for one in (PLUGIN_RAISED, PLUGIN_TIMED_OUT, PLUGIN_ANSWERED_WRONGLY)}
FAULT_CODES: Final = tuple(one.error_code(FaultError) for one in _HELD_AGAINST_PLUGINS.values())
"""Each is a finding of an isolated hook, and the error of a fatal one."""
_RAISED, _TIMED_OUT, _ANSWERED_WRONGLY = FAULT_CODES


def raised(plugin: str, hook: str, what: str) -> FaultError:
    """Make the error for a plugin that failed."""
    return _fault(_RAISED, plugin, hook, what)


def wrong_answer(plugin: str, hook: str, what: str) -> FaultError:
    """Make the error for an answer that a hook does not allow."""
    return _fault(_ANSWERED_WRONGLY, plugin, hook, what)


def too_late(plugin: str, hook: str, what: str) -> FaultError:
    """Make the error for a plugin that took longer than it may."""
    return _fault(_TIMED_OUT, plugin, hook, what)


def _fault(code: ErrorCode[FaultError], plugin: str, hook: str, what: str) -> FaultError:
    where = hook if isinstance(hook, Sentence) else repr(hook)
    told = sentence("The plugin {plugin} failed in {hook}: {what}.", plugin=repr(plugin), hook=where, what=what)
    return code.error(SECRETS.hide(told), plugin=plugin, hook=hook)


def judged(error: BaseException, plugin: str, hook: str) -> BaseException:
    """Return what to raise for what a plugin raised; the same where that is no fault of the plugin."""
    leaves = tuple(_leaves(error))
    cancelled = [leaf for leaf in leaves if isinstance(leaf, asyncio.CancelledError)]
    if any(isinstance(leaf, KeyboardInterrupt) for leaf in leaves) or (cancelled and _is_being_cancelled()):
        return error
    for kind in (FaultError, *_OUTSIDE):
        for leaf in leaves:
            if isinstance(leaf, kind):
                return leaf
    first = next((leaf for leaf in leaves if leaf not in cancelled), leaves[0])
    if len(leaves) == 1:
        return raised(plugin, hook, described(first))
    return raised(plugin, hook, sentence("{error} (and {more} more)", error=described(first), more=len(leaves) - 1))


@contextmanager
def blaming(plugin: str, hook: str, known: Container[str]) -> Iterator[None]:
    """Judge whatever comes out of a plugin's code in this context. `known` are the error codes that were named.

    An error with another code is told as it is, since nothing of it may be lost at night; the log says whose it was.
    """
    with about(plugin=plugin, hook=hook):
        try:
            yield
        except BaseException as error:
            found = judged(error, plugin, hook)
            if isinstance(found, OmtError) and found.code not in known:
                _log.warning("The plugin %r raised an error with the code %r, which nobody named.", plugin, found.code)
            if found is error:
                raise
            raise found from error


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


def _is_being_cancelled() -> bool:
    """Tell whether somebody cancels this task: else a `CancelledError` is one that the plugin made itself."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop runs
        return False
    return anyio.current_effective_deadline() == -math.inf or (task is not None and task.cancelling() > 0)


def described(error: BaseException) -> str:
    """Return an error of a plugin in words, bounded, whatever it is."""
    try:
        text = joined([error.code, error.message], ": ") if isinstance(error, PluginError) else str(error)
    except Exception:  # noqa: BLE001 - an error of a plugin may fail even at being said
        text = sentence("it cannot even be said")
    name = type(error).__name__
    if isinstance(error, SystemExit):
        name = sentence("it tried to end the process: {name}", name=name)
    return joined([name, text if len(text) <= _LONGEST else text[:_LONGEST]], ": ") if text else name
