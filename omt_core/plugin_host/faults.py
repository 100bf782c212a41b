"""What the host holds against a plugin: whatever it raises, or answers against its hook, as an error that names it.

An `InstallationError`, `OnlineError`, `InputError` or `InterruptedRunError` that a plugin raises, alone or in a group,
is about the world outside, not about the plugin: it keeps its words and its exit code. All else that comes out of a
plugin is its fault, also what would end the process (`SystemExit`) or pass for the cancellation of the run.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import anyio

from omt_core.api.errors import InputError, InstallationError, InterruptedRunError, OnlineError, PluginError
from omt_core.api.findings import WAIVER_PREFIX, Finding, FindingCode
from omt_core.api.redaction import SECRETS
from omt_core.plugin_host.findings import PLUGIN_ANSWERED_WRONGLY, PLUGIN_RAISED, PLUGIN_TIMED_OUT

_OUTSIDE: Final = (InterruptedRunError, InstallationError, OnlineError, InputError)
_LONGEST: Final = 2_000
"""So many characters of what a plugin says are told."""


class FaultError(PluginError):
    """What the host says of a plugin. Made here and nowhere else: a plugin's own `PluginError` could name another."""

    def __init__(self, code: FindingCode, plugin: str, hook: str, what: str) -> None:
        message = SECRETS.hide(f"The plugin {plugin!r} failed in {hook!r}: {what}.")
        super().__init__(code.code, message, code.remedy, plugin=plugin, hook=hook)
        self._code = code

    def finding(self) -> Finding:
        """Say it as a finding, for a hook that does not stop the run."""
        return self._code.finding(self.message, (f"{WAIVER_PREFIX}{self.plugin}",))


def wrong_answer(plugin: str, hook: str, what: str) -> FaultError:
    """Make the error for an answer that a hook does not allow."""
    return FaultError(PLUGIN_ANSWERED_WRONGLY, plugin, hook, what)


def too_late(plugin: str, hook: str, what: str) -> FaultError:
    """Make the error for a plugin that took longer than it may."""
    return FaultError(PLUGIN_TIMED_OUT, plugin, hook, what)


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
    more = f" (and {len(leaves) - 1} more)" if len(leaves) > 1 else ""
    return FaultError(PLUGIN_RAISED, plugin, hook, f"{described(first)}{more}")


@contextmanager
def blaming(plugin: str, hook: str) -> Iterator[None]:
    """Judge whatever comes out of a plugin's code in this context."""
    try:
        yield
    except BaseException as error:
        found = judged(error, plugin, hook)
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
        text = f"{error.code}: {error.message}" if isinstance(error, PluginError) else str(error)
    except Exception:  # noqa: BLE001 - an error of a plugin may fail even at being said
        text = "it cannot even be said"
    name = type(error).__name__
    if isinstance(error, SystemExit):
        name = f"it tried to end the process: {name}"
    return f"{name}: {text[:_LONGEST]}" if text else name
