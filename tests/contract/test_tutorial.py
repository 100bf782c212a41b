"""The tutorial works as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.tutorial import follow

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(900)  # eight commands, two of which run the conformance suite
def test_the_first_plugin_works_as_the_tutorial_says(tmp_path: Path) -> None:
    done = follow(ROOT / "docs/tutorial/first-plugin.md", tmp_path)
    failed = [line for line, code in done if code != 0]
    assert len(failed) == 1, failed
    assert failed[0].endswith("--settings settings.toml")  # what the rule finds is an error
    assert len(done) == 8
    assert (tmp_path / "omt-service-accounts/pyproject.toml").is_file()
