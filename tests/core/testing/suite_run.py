"""Runs a test of a conformance suite by hand, many times faster than a pytest of its own would."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import anyio
import pytest

from omt_core.api import OnlineError
from omt_core.testing.harness import PluginFaultError

TOLD = (PluginFaultError, OnlineError, pytest.fail.Exception)
"""What the suites and targets fail with; anything else is a mistake in the test."""


def failure_of(
    suite: object, name: str, folder: Path, fixtures: Mapping[str, Callable[[Path], Any]]
) -> BaseException | None:
    """Return what this test of the suite fails with, with whichever of its parameters; None where it passes.

    `fixtures` make what a test asks for besides `tmp_path`, each from that; one that makes an awaitable is awaited.
    """
    test = getattr(suite, name)
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    for number, chosen in enumerate(product(*map(_sets, marks))):
        tmp_path = folder / str(number)
        tmp_path.mkdir()
        given = {key: value for one in chosen for key, value in one.items()}
        try:
            anyio.run(_run, test, tmp_path, given, fixtures)
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - a fault shows as whatever it does
            return _first(error)
    return None


def _first(error: BaseException) -> BaseException:
    """Return what is in a group of one."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _sets(mark: pytest.Mark) -> list[Mapping[str, Any]]:
    names, values = mark.args
    if isinstance(names, str):
        return [{names: value} for value in values]
    return [dict(zip(names, value, strict=True)) for value in values]


async def _run(
    test: Callable[..., Any], tmp_path: Path, given: Mapping[str, Any], fixtures: Mapping[str, Callable[[Path], Any]]
) -> None:
    wanted = inspect.signature(test).parameters
    arguments = {"tmp_path": tmp_path, **given}
    for name, make in fixtures.items():
        if name in wanted:
            made = make(tmp_path)
            arguments[name] = await made if inspect.isawaitable(made) else made
    await test(**{name: arguments[name] for name in wanted})
