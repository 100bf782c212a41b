"""What makes a method of `Plugin` a hook: its mark on the specification, from which everything else is derived.

A hook with a role is answered by exactly one plugin, and the settings say which.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypeVar

import pluggy
from pydantic import BaseModel, ConfigDict, Field

PROJECT: Final = "omt"
"""The name under which pluggy knows hooks; the entry-point group is `omt.plugins`."""

_MARK: Final = "omt_hook"
_specification = pluggy.HookspecMarker(PROJECT)

F = TypeVar("F", bound=Callable[..., object])


class Role(StrEnum):
    """What exactly one plugin does."""

    DATABASE = "database"
    AUTHENTICATION = "authentication"
    ONLINE = "online"
    RECOVERY = "recovery"
    TRANSFER = "transfer"
    REPORT = "report"


class RoleSettings(BaseModel):
    """The plugin that holds each role: section `core.roles` of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    database: str = Field(default="database", description="Opens the source database, reads licence, users and photos.")
    authentication: str = Field(default="auth", description="Logs the migrator on.")
    online: str = Field(default="online", description="Connects to the online side.")
    recovery: str = Field(default="recovery", description="Decides between a first upload and recovery.")
    transfer: str = Field(default="upload", description="Moves all items, and estimates how long that takes.")
    report: str = Field(default="report", description="Writes the report.")

    def holder(self, role: Role) -> str:
        """Return the name of the plugin that holds a role."""
        return str(getattr(self, role.value))


class Policy(StrEnum):
    """What happens when a plugin fails in a hook."""

    FATAL = "fatal"
    """The run stops, and the error names the plugin."""
    ISOLATED = "isolated"
    """The run goes on, with a finding that names the plugin."""


@dataclass(frozen=True, kw_only=True)
class Hook:
    """A hook. Without a `role` every plugin is asked. `timed`: `core.hook_timeout` applies."""

    function: Callable[..., object]
    policy: Policy
    role: Role | None
    timed: bool

    @property
    def name(self) -> str:
        """What plugins call their method."""
        return self.function.__name__

    @cached_property
    def call(self) -> type | None:
        """The record that plugins receive; None for a hook that only registers."""
        call: type | None = self._hints.get("call")
        return call

    @cached_property
    def element(self) -> Any:  # noqa: ANN401 - the object that stands for a type, perhaps a union
        """What the answer is a sequence of; None where it is no sequence."""
        answer = self._hints["return"]
        return typing.get_args(answer)[0] if typing.get_origin(answer) is Sequence else None

    @cached_property
    def answer(self) -> Any:  # noqa: ANN401 - the object that stands for a type, perhaps a union
        """The type of the answer; None where nothing is answered."""
        answer = self._hints["return"]
        return None if answer is type(None) else answer

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self.function)


def hook(*, policy: Policy, role: Role | None = None, timed: bool = True) -> Callable[[F], F]:
    """Mark a method of `Plugin` as a hook: who answers it, whether it may stop a run, whether its time is limited."""

    def mark(function: F) -> F:
        setattr(function, _MARK, Hook(function=function, policy=policy, role=role, timed=timed))
        return _specification(function)

    return mark


def hook_of(function: object) -> Hook:
    """Return the hook that a method of `Plugin` specifies. Raises `LookupError` when it is none."""
    try:
        found: Hook = getattr(function, _MARK)
    except AttributeError:
        raise LookupError(f"{function!r} is no hook") from None
    return found


def hooks_in(specification: type) -> dict[str, Hook]:
    """Return the hooks that a class specifies, by name, in its order."""
    functions = [member for member in vars(specification).values() if inspect.isfunction(member)]
    return {function.__name__: hook_of(function) for function in functions if hasattr(function, _MARK)}
