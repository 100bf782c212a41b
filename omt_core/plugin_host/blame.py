"""Whose code runs, or ran: found from the stack, where nothing else can tell any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import FrameType, TracebackType
from typing import Final

from omt_core.api.sentence import sentence
from omt_core.plugin_host.manager import PluginHost

_HERE: Final = "omt_core.plugin_host"


class Blame:
    """Knows which modules are whose plugin's."""

    def __init__(self, host: PluginHost) -> None:
        self._owners: Mapping[str, str] = {
            plugin.plugin_class.__module__: plugin.name for plugin in host.plugins if plugin.plugin_class is not None
        }

    def of_frame(self, frame: FrameType | None) -> str | None:
        """Return the plugin whose code is innermost on this stack."""
        return self._innermost(_outwards(frame))

    def words(self, frame: FrameType | None) -> str | None:
        """Say whose code is innermost on this stack, and in which hook; None where it is no plugin's."""
        plugin, hook = self.of_frame(frame), _hook_on(frame)
        return (
            None
            if plugin is None
            else sentence(
                "The plugin {plugin} in {hook}",
                plugin=repr(plugin),
                hook=repr(hook) if hook else sentence("a task of its own"),
            )
        )

    def of_traceback(self, traceback: TracebackType | None) -> str | None:
        """Return the plugin whose code is innermost in this traceback."""
        return self._innermost(reversed(list(_inwards(traceback))))

    def _innermost(self, frames: Iterator[FrameType]) -> str | None:
        return next((owner for frame in frames if (owner := self._owner(frame)) is not None), None)

    def _owner(self, frame: FrameType) -> str | None:
        module = str(frame.f_globals.get("__name__", ""))
        for of_class, owner in self._owners.items():
            package = of_class.rpartition(".")[0]
            if module == of_class or (package and module.startswith(f"{package}.")):
                return owner
        return None


def _hook_on(frame: FrameType | None) -> str | None:
    """Return what is asked on this stack: the innermost call of the dispatch, or the stage that is told."""
    for one in _outwards(frame):
        module, function = one.f_globals.get("__name__"), one.f_code.co_name
        if (module, function) == (f"{_HERE}.dispatch", "_call"):
            return str(one.f_locals["hook"].name)
        if module == f"{_HERE}.stages" and function in {"items", "differences"}:
            return str(one.f_locals["self"].hook(function))
    return None


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _inwards(traceback: TracebackType | None) -> Iterator[FrameType]:
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next
