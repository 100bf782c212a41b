"""Whatever the disk on site loses with the power: the journal knows all that was shown, and the freeze is whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.power_loss.conftest import Night
from tests.faults.power_loss.judging import Verdict, cases, lay_out
from tests.faults.power_loss.tool_promises import OnSite, broken, events_in, shown
from tests.power_loss import Tree

pytestmark = pytest.mark.anyio


class Events:
    """Counts the system events of a state's database; what was counted once is not opened again."""

    def __init__(self, database: Path, shelf: Path) -> None:
        self._database = database
        self._shelf = shelf
        self._known: dict[tuple[tuple[str, bytes], ...], int] = {}

    def count(self, tree: Tree) -> int:
        folder = str(self._database.parent)
        files = {path: content for path, content in tree.files.items() if Path(path).parent == Path(folder)}
        key = tuple(sorted((path, content.digest) for path, content in files.items()))
        if key not in self._known:
            shutil.rmtree(self._shelf, ignore_errors=True)
            Tree(files, [folder]).write({folder: self._shelf})
            self._known[key] = events_in(self._shelf / self._database.name)
        return self._known[key]


async def test_what_the_tool_has_shown_is_journalled_in_every_state_that_survives(night: Night, shelf: Path) -> None:
    scene, verdict = night.scene, Verdict()
    config = night.at_start(scene.config)
    steps = list(shown(night.record, scene.port))
    # Without these the night was too quiet to show anything.
    assert steps[-1].finished
    assert steps[-1].frozen
    assert steps[-1].continued
    events, before = Events(scene.database, shelf / "database"), None
    workspace = shelf / "onsite" / scene.workspace.relative_to(scene.onsite)
    roots = [scene.onsite, scene.service, scene.database.parent]
    for survivor, now in cases(night.record, steps, roots, seed=1, most=6):
        count = events.count(survivor.tree)
        before = count if before is None else before
        lay_out(survivor, {scene.onsite: shelf / "onsite", scene.service: shelf / "service"})
        workspace.mkdir(parents=True, exist_ok=True)  # as the tool would make it
        on_site = OnSite(workspace=workspace, service=shelf / "service", no_login=count - before)
        verdict.add(survivor, await broken(on_site, now, config))
    assert verdict.states > 500
    assert not str(verdict), str(verdict)
