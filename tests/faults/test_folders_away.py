"""A share that drops out for a while: nothing in it counts as missing, and the migration ends as if nobody had."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.conftest import Calm
from tests.faults.end_state import assert_ended_like
from tests.faults.processes import Running, ServedTenant, run, start
from tests.faults.sites import FaultySite, build_faulty_site

ARCHIVE, ATTACHMENTS = "machine/C/SO_ARC", "machine/D/CS_ATTACH"
BEFORE_INVENTORY = {"event": "phase-started", "phase": "upload"}
MID_UPLOAD = {"event": "stage", "stage": "documents", "state": "uploading"}


@pytest.fixture
def own_site(tmp_path: Path) -> FaultySite:
    return build_faulty_site(tmp_path / "own")


def disturbed(running: Running, folder: Path, *, put_back: bool) -> None:
    """Take a folder away, and put it back once the tool has said that it does not answer."""
    elsewhere = folder.with_name(f"{folder.name}.away")
    folder.rename(elsewhere)
    for line in running.events():
        if line["event"] == "notice" and "does not answer" in line["message"]:
            break
    if put_back:
        elsewhere.rename(folder)


@pytest.mark.parametrize(
    ("folder", "moment"),
    [
        (ARCHIVE, BEFORE_INVENTORY),
        ("machine/C/SO_ARC/HH", BEFORE_INVENTORY),
        (ATTACHMENTS, BEFORE_INVENTORY),
        ("machine/D", BEFORE_INVENTORY),
        (ARCHIVE, MID_UPLOAD),
    ],
)
def test_a_folder_that_is_away_for_a_while_changes_nothing(  # noqa: PLR0917 - fixtures and cases
    calm: Calm, own_site: FaultySite, tenant: ServedTenant, tmp_path: Path, folder: str, moment: dict[str, str]
) -> None:
    workspace = tmp_path / "work"
    running = start(*own_site.migrate(workspace), folder=tmp_path, extra=own_site.settings(tenant))
    running.until(**moment)
    disturbed(running, own_site.site.directory / folder, put_back=True)
    assert_ended_like(calm.end, running.ended(), workspace, tenant)


def test_one_that_stays_away_ends_the_run_which_goes_on_later(
    calm: Calm, own_site: FaultySite, tenant: ServedTenant, tmp_path: Path
) -> None:
    workspace, folder = tmp_path / "work", own_site.site.directory / ARCHIVE
    settings = own_site.settings(tenant, OMT_UPLOAD__AWAY_MINUTES="0.01")
    running = start(*own_site.migrate(workspace), folder=tmp_path, extra=settings)
    running.until(**MID_UPLOAD)
    disturbed(running, folder, put_back=False)
    ended = running.ended()
    assert (ended.code, ended.result["error"]["code"]) == (3, "folder-away")
    assert (ended.result["missing"], ended.result["failed"], ended.result["receipt"]) == (0, 0, None)
    folder.with_name(f"{folder.name}.away").rename(folder)
    again = run(*own_site.migrate(workspace), folder=tmp_path, extra=settings)
    assert_ended_like(calm.end, again, workspace, tenant)


def test_what_was_copied_before_stays_in_the_manifest(
    calm: Calm, own_site: FaultySite, tenant: ServedTenant, tmp_path: Path
) -> None:
    workspace, settings = tmp_path / "work", own_site.settings(tenant)
    run("precopy", *own_site.migrate(workspace)[1:], folder=tmp_path, extra=settings)
    running = start(*own_site.migrate(workspace), folder=tmp_path, extra=settings)
    running.until(**BEFORE_INVENTORY)
    disturbed(running, own_site.site.directory / ARCHIVE, put_back=True)
    assert_ended_like(calm.end, running.ended(), workspace, tenant)
