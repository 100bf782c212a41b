"""`omt plugins`: which plugins there are, whether they take part, and who implements a hook."""

from __future__ import annotations

import argparse

from typing_extensions import override

from omt_core.api.errors import ExitCode, InputError
from omt_core.api.plugin import HOOKS
from omt_core.cli.commands import CoreCommand, Invocation


class Plugins(CoreCommand):
    """Also shows the broken and the disabled ones, with the reason."""

    name = "plugins"
    help = "list plugins; `plugins order HOOK` says who answers a hook, in which order"

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", metavar="order HOOK")
        order = parts.add_parser("order", help="who answers a hook")
        order.add_argument("hook", metavar="HOOK")

    @override
    async def run(self, call: Invocation) -> int:
        if call.options.part == "order":
            return _order(call, call.options.hook)
        for plugin in call.app.host.plugins:
            problem = f"  {plugin.problem}" if plugin.problem else ""
            call.console.print(
                f"{plugin.name:<18} {plugin.version:<14} {plugin.state.value:<9} {plugin.source}{problem}"
            )
            call.console.object(
                "plugin",
                {
                    "name": plugin.name,
                    "version": plugin.version,
                    "state": plugin.state.value,
                    "source": plugin.source,
                    "default": plugin.default,
                    "problem": plugin.problem,
                },
            )
        return call.console.finish(ExitCode.DONE)


def _order(call: Invocation, hook: str) -> int:
    if hook not in HOOKS:
        raise InputError("hook-unknown", f"There is no hook {hook!r}.", f"Hooks: {', '.join(sorted(HOOKS))}.")
    role = HOOKS[hook].role
    names = call.app.engine.dispatch.implementers(HOOKS[hook].function)
    if role is not None:
        holder = call.app.settings.core.holders.holder(role)
        call.console.print(f"{hook} is answered by one plugin, the holder of the role {role.value}: {holder}")
        names = tuple(name for name in names if name == holder)
    else:
        call.console.print(f"{hook} is answered by all of these; their order means nothing:")
    for number, name in enumerate(names, start=1):
        call.console.print(f"  {number}. {name}")
        call.console.object("order", {"hook": hook, "position": number, "plugin": name})
    return call.console.finish(ExitCode.DONE)
