"""What a plugin class must look like. Checked before it is registered, so that a bad one never takes part."""

from __future__ import annotations

import inspect
from typing import Final

import pluggy

from omt_core.api.plugin import PROJECT, Plugin


class RejectedPluginError(Exception):
    """A plugin cannot be used; the text says why, for its author."""


def hook_names() -> tuple[str, ...]:
    """Return the names of all hooks, sorted."""
    manager = pluggy.PluginManager(PROJECT)
    return tuple(sorted(name for name in dir(Plugin) if manager.parse_hookspec_opts(Plugin, name) is not None))


HOOK_NAMES: Final = hook_names()


def check_class(candidate: object) -> type[Plugin]:
    """Return the candidate as a plugin class.

    Raises `RejectedPluginError` for anything but a subclass of `Plugin`, an unknown hook, an override without
    `@hookimpl`, a plain function where a coroutine is specified (or the reverse), another list of parameters, and a
    freeze that nobody could undo.
    """
    if not (inspect.isclass(candidate) and issubclass(candidate, Plugin)):
        raise RejectedPluginError(f"{candidate!r} is not a subclass of omt_core.api.Plugin")
    manager = pluggy.PluginManager(PROJECT)
    for name in dir(candidate):
        marked = inspect.isfunction(getattr(candidate, name)) and manager.parse_hookimpl_opts(candidate, name)
        if name in HOOK_NAMES:
            _check_hook(candidate, name, marked=marked is not None and marked is not False)
        elif marked:
            raise RejectedPluginError(f"it implements the unknown hook {name!r}")
    if candidate.freeze is not Plugin.freeze and candidate.thaw is Plugin.thaw:
        raise RejectedPluginError("it implements 'freeze' without 'thaw', so that nobody could undo it")
    return candidate


def _check_hook(candidate: type[Plugin], name: str, *, marked: bool) -> None:
    specified, implemented = getattr(Plugin, name), getattr(candidate, name)
    if implemented is specified:
        return
    if not marked:
        raise RejectedPluginError(f"it overrides {name!r} without @hookimpl")
    if inspect.iscoroutinefunction(specified) != inspect.iscoroutinefunction(implemented):
        wanted = "a coroutine (async def)" if inspect.iscoroutinefunction(specified) else "a plain function"
        raise RejectedPluginError(f"its {name!r} must be {wanted}")
    expected = tuple(inspect.signature(specified).parameters)
    found = tuple(inspect.signature(implemented).parameters)
    if expected != found:
        raise RejectedPluginError(f"its {name!r} takes ({', '.join(found)}) instead of ({', '.join(expected)})")
