from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import anyio

from omt_core.api.installation import DatabaseLocation, Installation, ServiceFolders
from omt_core.testing.harness import PluginHarness
from omt_core.testing.sample_calls import SampleCalls
from omt_discovery import DiscoveryPlugin
from omt_discovery.folders import unreachable_folders


def test_each_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "file").touch()
    installation = Installation(
        database=DatabaseLocation(dbms="sqlite"),
        archives=(tmp_path / "archive", tmp_path / "gone"),
        templates=tmp_path / "file",
        service=ServiceFolders(base=tmp_path / "archive"),
    )
    findings = unreachable_folders(installation)
    assert [(finding.code, finding.subjects) for finding in findings] == [
        ("folder-unreachable", (str(tmp_path / "gone"),)),
        ("folder-unreachable", (str(tmp_path / "file"),)),
    ]


def test_one_that_is_away_in_the_snapshot_is_waited_for_by_the_upload(
    omt_plugin: Callable[..., PluginHarness], tmp_path: Path
) -> None:
    calls = SampleCalls()
    installation = replace(calls.installation, archives=(tmp_path / "gone",))
    call = replace(calls.validate_installation(), installation=installation)
    harness = omt_plugin(DiscoveryPlugin, "discovery")
    assert str(tmp_path / "gone") in [one for found in anyio.run(harness.validate, call) for one in found.subjects]
    assert not anyio.run(harness.validate, replace(call, in_snapshot=True))
