"""Fixtures for authors of plugins. Loaded by pytest's own entry point, so it imports nothing until it is used.

That is why imports stand inside the fixtures here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from omt_core.api import Plugin
    from omt_core.testing.crm import BuildOptions
    from omt_core.testing.harness import PluginHarness
    from omt_core.testing.recording import RecordingContext


@pytest.fixture
def omt_run(tmp_path: Path) -> RecordingContext:
    """Make a run context with a workspace of its own, which remembers all events."""
    from omt_core.testing.recording import RecordingContext  # noqa: PLC0415

    return RecordingContext(tmp_path)


@pytest.fixture
def omt_plugin() -> Callable[..., PluginHarness]:
    """Load a plugin into a real host: `omt_plugin(MyPlugin, "my_plugin", {"setting": 1})`."""

    def load(plugin_class: type[Plugin], name: str, settings: Mapping[str, object] | None = None) -> PluginHarness:
        from omt_core.testing.harness import PluginHarness  # noqa: PLC0415

        return PluginHarness(plugin_class, name, settings)

    return load


@pytest.fixture
def omt_installation(tmp_path: Path) -> Callable[..., Path]:
    """Build a simulated installation: `omt_installation(users=8, documents=20, plants={"missing-file": 2})`.

    Open what it returns by `omt_core.testing.crm.open_crm`.
    """

    def build(**wanted: Unpack[BuildOptions]) -> Path:
        import anyio  # noqa: PLC0415

        from omt_core.testing.crm import build_crm  # noqa: PLC0415

        number = sum(1 for one in tmp_path.iterdir() if one.name.startswith("installation-"))
        work = partial(build_crm, tmp_path / f"installation-{number}", **wanted)
        # In a thread with an event loop of its own, so that async tests can use this as well.
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(anyio.run, work).result()

    return build
