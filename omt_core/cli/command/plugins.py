"""`omt plugins`: which plugins there are, whether they take part, who implements a hook, and wheels put in and out."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from omt_core.api.errors import ExitCode
from omt_core.api.plugin import HOOKS
from omt_core.api.sentence import Sentence, sentence
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.console import text_fields
from omt_core.cli.errors import HOOK_UNKNOWN
from omt_core.cli.own_plugin.distribution import plugin_name, write_plugin
from omt_core.plugin_host.errors import PLUGIN_UNKNOWN
from omt_core.plugin_host.manager import PluginState
from omt_core.plugin_host.unpacked import elsewhere

if TYPE_CHECKING:  # wheels are read where the tool was unpacked from the zip
    from omt_core.plugin_host.wheel import Wheel
    from omt_core.plugin_host.wheel_folder import WheelFolder

_STATES: Final = {
    PluginState.ACTIVE: sentence("active"),
    PluginState.DISABLED: sentence("disabled"),
    PluginState.REPLACED: sentence("replaced"),
    PluginState.BROKEN: sentence("broken"),
}
_OUTCOMES: Final[Mapping[str, Sentence]] = {
    "passed": sentence("passed"),
    "failed": sentence("failed"),
    "skipped": sentence("skipped"),
}


class Plugins(CoreCommand):
    """Also shows the broken and the disabled ones, with the reason."""

    examples = ("omt plugins", "omt plugins order validate_users")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", metavar="PART")
        # argparse shows a part that may be left out as one that may not, and of none what it takes.
        parser.usage = "%(prog)s [order HOOK | new NAME [DIR] | check NAME | add FILE.whl ... | remove NAME]"
        order = parts.add_parser("order", help="who answers a hook")
        order.add_argument("hook", metavar="HOOK", help="its name, such as `validate_users`")
        new = parts.add_parser("new", help="write a plugin to begin with, as a distribution with tests, types and CI")
        new.add_argument("plugin", metavar="NAME", help="of the new plugin, such as `call_notes`")
        new.add_argument("folder", metavar="DIR", nargs="?", type=Path, help="a new folder; by default `omt-NAME` here")
        check = parts.add_parser("check", help="try a plugin by the conformance suite; 1 where a test fails")
        check.add_argument("plugin", metavar="NAME", help="as `omt plugins` shows it")
        add = parts.add_parser("add", help="put wheels of partners into the folder `plugins` of the unpacked zip")
        add.add_argument("files", metavar="FILE.whl", nargs="+", type=Path, help="a plugin, and what it needs besides")
        remove = parts.add_parser("remove", help="take a plugin out of that folder, with what only it needed")
        remove.add_argument("plugin", metavar="NAME", help="as `omt plugins` shows it, or the name of the wheel")

    @override
    async def run(self, call: Invocation) -> int:
        match call.options.part:
            case "order":
                return _order(call, call.options.hook)
            case "new":
                return _new(call, call.options.plugin, call.options.folder)
            case "check":
                return await _check(call, call.options.plugin)
            case "add":
                return _add(call, call.options.files)
            case "remove":
                return _remove(call, call.options.plugin)
            case _:
                return _list(call)


def _list(call: Invocation) -> int:
    for plugin in call.app.host.plugins:
        problem = f"  {call.console.told(plugin.problem)}" if plugin.problem else ""
        state, version = call.console.told(_STATES[plugin.state]), call.console.told(plugin.version)
        call.console.print(f"{plugin.name:<18} {version:<14} {state:<12} {plugin.source}{problem}")
        call.console.object(
            "plugin",
            {
                "name": plugin.name,
                "version": plugin.version,
                "state": plugin.state.value,
                "source": plugin.source,
                "default": plugin.default,
                **text_fields("problem", plugin.problem),
            },
        )
    return call.console.finish(ExitCode.DONE)


def _order(call: Invocation, hook: str) -> int:
    if hook not in HOOKS:
        raise HOOK_UNKNOWN.error(
            sentence("There is no hook {hook}.", hook=repr(hook)),
            remedy=sentence("Hooks: {hooks}.", hooks=", ".join(sorted(HOOKS))),
        )
    role = HOOKS[hook].role
    names = call.app.engine.dispatch.implementers(HOOKS[hook].function)
    if role is not None:
        holder = call.app.settings.core.holders.holder(role)
        call.console.print(
            sentence(
                "{hook} is answered by one plugin, the holder of the role {role}: {holder}",
                hook=hook,
                role=role.value,
                holder=holder,
            )
        )
        names = tuple(name for name in names if name == holder)
    else:
        call.console.print(sentence("{hook} is answered by all of these; their order means nothing:", hook=hook))
    for number, name in enumerate(names, start=1):
        call.console.print(f"  {number}. {name}")
        call.console.object("order", {"hook": hook, "position": number, "plugin": name})
    return call.console.finish(ExitCode.DONE)


def _new(call: Invocation, text: str, folder: Path | None) -> int:
    name = plugin_name(text, [plugin.name for plugin in call.app.host.plugins])
    written = write_plugin(name, folder or Path(name.distribution))
    for file in written:
        call.console.print(sentence("written {file}", file=file))
    call.console.object("new-plugin", {"name": name.module, "files": [str(file) for file in written]})
    call.console.print(
        sentence(
            'Install it with what it needs: pip install -e "{folder}[tests]"; its README goes on.',
            folder=written[0].parent,
        )
    )
    return call.console.finish(ExitCode.DONE)


async def _check(call: Invocation, name: str) -> int:
    from omt_core.cli.own_plugin.trial import summary, tried  # noqa: PLC0415 - it reads pytest's XML: only for this

    plugin = next((one for one in call.app.host.plugins if one.name == name), None)
    if plugin is None:
        names = ", ".join(one.name for one in call.app.host.plugins)
        raise PLUGIN_UNKNOWN.error(
            sentence("There is no plugin {name}.", name=repr(name)), remedy=sentence("Plugins: {names}.", names=names)
        )
    call.console.print(
        sentence(
            "{plugin} {version} ({source}) is tried in simulated installations.",
            plugin=plugin.name,
            version=plugin.version,
            source=plugin.source,
        )
    )
    tests = await tried(plugin)
    for one in tests:
        outcome = call.console.told(_OUTCOMES.get(one.outcome, one.outcome))
        call.console.print(f"{outcome:<14} {one.test.removeprefix('test_').replace('_', ' ')}")
        for line in one.message.splitlines():
            call.console.print(f"         {line}")
        call.console.object("test", {"plugin": name, **one._asdict()})
    call.console.print(summary(tests))
    failed = any(one.outcome == "failed" for one in tests)
    return call.console.finish(ExitCode.FINDINGS if failed else ExitCode.DONE)


def _add(call: Invocation, files: list[Path]) -> int:
    for wheel, olds in _wheels(call).add(files):
        others = ", ".join(str(old.version) for old in olds if old.version != wheel.version)
        told = sentence("added {wheel}", wheel=_named(wheel))
        if others:
            told = sentence("added {wheel}, in place of {others}", wheel=_named(wheel), others=others)
        _tell(call, "added", wheel, told)
    call.console.print(sentence("They take part from the next start on; `omt plugins` shows it."))
    return call.console.finish(ExitCode.DONE)


def _remove(call: Invocation, name: str) -> int:
    for wheel in _wheels(call).remove(name):
        _tell(call, "removed", wheel, sentence("removed {wheel}", wheel=_named(wheel)))
    return call.console.finish(ExitCode.DONE)


def _wheels(call: Invocation) -> WheelFolder:
    """Return the folder of wheels. Raises `InputError` where plugins are installed otherwise."""
    if call.app.wheels is None:
        raise elsewhere()
    return call.app.wheels


def _named(wheel: Wheel) -> str:
    if not wheel.plugins:
        return wheel.shown
    return sentence("{wheel} (plugin {plugins})", wheel=wheel.shown, plugins=", ".join(wheel.plugins))


def _tell(call: Invocation, action: str, wheel: Wheel, told: str) -> None:
    call.console.print(told)
    fields = {"name": wheel.name, "version": str(wheel.version), "plugins": wheel.plugins, "file": wheel.path.name}
    call.console.object("wheel", {"action": action, **fields})
