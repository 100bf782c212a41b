"""`hooks.md`: every hook with its signature, and the record that it receives."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

from generating.declarations import fields
from generating.declarations import signature as declared
from generating.markdown import NUMBERS, one_line, page, prose, table
from omt_core.api import Plugin, calls
from omt_core.api.hook import Hook, Policy
from omt_core.api.plugin import HOOKS

INTRODUCTION = """\
A plugin derives from `omt_core.api.Plugin` and overrides the hooks that it wants, each marked with `@hookimpl`. All but
the two that register are coroutines, take one `call` and have one return type; a record grows only by fields with
defaults, so a plugin that works goes on working. [The first plugin](../tutorial/first-plugin.md) shows how it is done,
[the public surface](api.md) has every type that is named here.

What a hook answers is checked to the last field before anybody sees it, and of findings at most 1,000 are told for one
question: a rule that has more to say lists subjects. The database in a call can only be read, except in `freeze` and
`thaw`; lists and mappings are copies. What a plugin prints goes to standard error.

*Fatal*: what the hook raises stops the run, and the error names the plugin. *Isolated*: the run goes on with a finding
[`plugin-raised`](findings/plugin-raised.md). A *role* is held by exactly one plugin, which
[`core.roles`](settings.md#core) names."""


def pages() -> Mapping[str, str]:
    """Return the page."""
    contents = table(
        ("hook", "what for"),
        ((f"[`{name}`](#{name})", _first_line(hook.function.__doc__)) for name, hook in HOOKS.items()),
    )
    received = {hook.call for hook in HOOKS.values()}
    answers = [cls for cls in _records() if cls not in received]
    return {
        "hooks.md": page(
            "Hooks",
            INTRODUCTION,
            NUMBERS,
            contents,
            *(block for hook in HOOKS.values() for block in _hook(hook)),
            "## Other records",
            "Answers of hooks, and parts of what they receive.",
            *(block for cls in answers for block in (f"### {cls.__name__}", prose(cls.__doc__), fields(cls))),
        )
    }


def signature(name: str) -> str:
    """Return a hook's declaration as it stands in the code."""
    function = getattr(Plugin, name)
    word = "async def" if inspect.iscoroutinefunction(function) else "def"
    return f"{word} {name}{declared(function)}"


def _hook(hook: Hook) -> Iterator[str]:
    yield f"## {hook.name}"
    yield f"```python\n{signature(hook.name)}\n```"
    yield prose(hook.function.__doc__)
    yield _rules(hook)
    if hook.call is not None:
        yield f"**`calls.{hook.call.__name__}`**: {one_line(hook.call.__doc__)}"
        yield fields(hook.call)


def _rules(hook: Hook) -> str:
    who = "Asked of every plugin." if hook.role is None else f"Asked of the holder of the role `{hook.role.value}`."
    policy = "*Fatal.*" if hook.policy is Policy.FATAL else "*Isolated.*"
    if hook.call is None:
        return f"{who} {policy}"
    limit = "Time limit: [`core.hook_timeout`](settings.md#core)." if hook.timed else "No time limit."
    return f"{who} {policy} {limit}"


def _records() -> list[type]:
    return [cls for cls in vars(calls).values() if inspect.isclass(cls) and cls.__module__ == calls.__name__]


def _first_line(docstring: str | None) -> str:
    return prose(docstring).partition("\n")[0]
