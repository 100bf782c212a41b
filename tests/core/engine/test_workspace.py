"""The workspace: where it is, who may enter it, and one writer at a time."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import anyio
import pytest
from filelock import FileLock

from omt_core.api import files
from omt_core.api.errors import ChoiceNeededError, InputError, OnlineRefusedError
from omt_core.api.installation import DatabaseLocation, Installation, ServiceFolders
from omt_core.engine import workspace


@pytest.mark.posix("modes are POSIX's word for it; Windows has an ACL")
def test_a_workspace_is_private_to_its_user(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    workspace.make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("refused", ["make_folder", "make_private"])
def test_what_the_system_refuses_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """A folder of another account, which a stand-in for the system says of it here."""

    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Access is denied", str(folder))

    monkeypatch.setattr(files, refused, refuse)
    with pytest.raises(InputError, match="Access is denied") as told:
        workspace.make_private(tmp_path / "a")
    assert (
        told.value.code == {"make_folder": "workspace-not-writable", "make_private": "workspace-not-private"}[refused]
    )
    assert "--workspace" in told.value.remedy


def test_a_workspace_on_another_machine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows tells of one (tests/core/api/test_drives.py); a stand-in says so here."""
    monkeypatch.setattr(workspace, "place_on_other_machine", lambda folder: r"\\srv\share\omt")
    with pytest.raises(InputError, match=r"at \\\\srv\\share\\omt") as told:
        workspace.make_private(tmp_path / "a")
    assert told.value.code == "workspace-remote"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["archive", "templates", "attachments", "service-templates", "texts"])
@pytest.mark.parametrize("below", ["", "a/b"])
def test_a_workspace_in_a_folder_that_is_migrated_is_refused(tmp_path: Path, kind: str, below: str) -> None:
    site = installation(tmp_path)
    with pytest.raises(InputError) as told:
        workspace.refuse_inside(tmp_path / kind / below, site)
    assert told.value.code == "workspace-in-installation"
    assert str(tmp_path / kind) in told.value.message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.symlinks
def test_a_workspace_that_a_link_leads_into_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "link").symlink_to("archive")
    with pytest.raises(InputError, match="is migrated"):
        workspace.refuse_inside(tmp_path / "link" / "w", installation(tmp_path))


@pytest.mark.parametrize("name", ["w", "archive2", "service"])
def test_a_workspace_elsewhere_is_not(tmp_path: Path, name: str) -> None:
    workspace.refuse_inside(tmp_path / name, installation(tmp_path))


@pytest.mark.parametrize(
    "held", [(), ("lock",), ("journal.sqlite", "answers.toml"), ("receipt.json", "manifest.jsonl")]
)
def test_a_workspace_is_an_empty_folder_or_one_that_was_a_workspace_before(
    tmp_path: Path, held: tuple[str, ...]
) -> None:
    for name in held:
        (tmp_path / name).touch()
    workspace.refuse_other_use(tmp_path)
    workspace.refuse_other_use(tmp_path / "not there")


def test_a_folder_that_is_in_use_for_something_else_is_no_workspace(tmp_path: Path) -> None:
    """A purge would remove what is in it, and nobody else could enter it any more."""
    (tmp_path / "answers.toml").touch()
    with pytest.raises(InputError, match="holds other things") as told:
        workspace.refuse_other_use(tmp_path)
    assert told.value.code == "workspace-not-empty"
    with pytest.raises(InputError) as told:
        workspace.refuse_other_use(tmp_path / "answers.toml")
    assert told.value.code == "workspace-not-writable"


def installation(folder: Path) -> Installation:
    """An installation with a folder of each kind."""
    service = ServiceFolders(
        base=folder / "service", attachments=folder / "attachments", templates=folder / "service-templates",
        texts=folder / "texts",
    )  # fmt: skip
    return Installation(
        database=DatabaseLocation(dbms="sqlite"), archives=(folder / "other", folder / "archive"),
        templates=folder / "templates", service=service,
    )  # fmt: skip


@pytest.mark.anyio
async def test_the_second_writer_is_refused_with_a_clear_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "_PATIENCE", 0.0)
    async with workspace.locked(tmp_path):
        assert await workspace.is_locked(tmp_path)
        with pytest.raises(InputError) as caught:
            async with workspace.locked(tmp_path):
                pass
        assert caught.value.code == "workspace-locked"
    assert not await workspace.is_locked(tmp_path)


@pytest.mark.anyio
async def test_whoever_only_looks_whether_a_run_is_there_does_not_stop_one_that_begins(tmp_path: Path) -> None:
    """A look takes the lock for a moment."""
    looking = FileLock(tmp_path / workspace.LOCK_FILE)
    begun = anyio.Event()

    async def begin() -> None:
        async with workspace.locked(tmp_path):
            begun.set()

    async with anyio.create_task_group() as group:
        looking.acquire()
        group.start_soon(begin)
        await anyio.wait_all_tasks_blocked()
        assert not begun.is_set()
        looking.release()
    assert begun.is_set()


@pytest.mark.parametrize("serial", ["..", "../../etc", "C:\\x", "a/b", "", "\x00", "1234567890"])
def test_a_serial_number_never_leads_out_of_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serial: str
) -> None:
    monkeypatch.setattr(workspace, "data_folder", lambda: tmp_path)
    folder = workspace.folder_for(serial, None)
    assert folder.parent == tmp_path / "migrations"
    assert folder.resolve().parent == (tmp_path / "migrations").resolve()


def test_of_several_migrations_one_must_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "data_folder", lambda: tmp_path)
    with pytest.raises(InputError, match="no migration"):
        workspace.existing(None)
    for serial in ("1", "2"):
        folder = tmp_path / "migrations" / serial
        folder.mkdir(parents=True)
        (folder / workspace.JOURNAL_FILE).touch()
        if serial == "1":
            assert workspace.existing(None) == folder
    with pytest.raises(ChoiceNeededError) as caught:
        workspace.existing(None)
    assert len(caught.value.choices) == 2
    with pytest.raises(InputError):
        workspace.existing(tmp_path)


def test_a_workspace_that_was_named_once_is_one_of_those_that_a_command_looks_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "data_folder", lambda: tmp_path / "data")
    own, default = tmp_path / "own place", tmp_path / "data/migrations/1"
    own.mkdir()
    (own / workspace.JOURNAL_FILE).touch()
    workspace.note_workspace(own)
    assert workspace.existing(None) == own
    default.mkdir(parents=True)
    (default / workspace.JOURNAL_FILE).touch()
    with pytest.raises(ChoiceNeededError) as several:
        workspace.existing(None)
    assert several.value.choices == (str(default), str(own))


@pytest.mark.posix("names that Windows does not have")
@pytest.mark.parametrize(
    "name", ["two\nlines", "back\r", "page\x0cfeed", "line\u2028separator", '"quoted"', "no utf-8 \udcff"]
)
def test_a_workspace_of_any_name_is_known_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(workspace, "data_folder", lambda: tmp_path / "data")
    for own in (tmp_path / name, tmp_path / "plain"):
        own.mkdir()
        (own / workspace.JOURNAL_FILE).touch()
        workspace.note_workspace(own)
        workspace.note_workspace(own)
    assert workspace.known_workspaces() == (tmp_path / name, tmp_path / "plain")


def test_workspaces_that_an_earlier_version_noted_are_still_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "data_folder", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    old, new, rest = tmp_path / "Zoë's", tmp_path / "new", tmp_path / "rest of a name"
    for own in (old, new, rest):
        own.mkdir()
        (own / workspace.JOURNAL_FILE).touch()
    (tmp_path / "workspaces").write_bytes(f'{old}\n{tmp_path}/two\n{rest.name}\n"cut\n"\n'.encode())
    assert workspace.known_workspaces() == (old,)
    workspace.note_workspace(new)
    assert workspace.known_workspaces() == (old, new)


def test_a_workspace_that_is_not_here_is_looked_for_with_other_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = tmp_path / "home/own", tmp_path / "home/other"
    monkeypatch.setattr(Path, "home", lambda: own)
    monkeypatch.setattr(workspace, "data_folder", lambda: own / "share/omt")
    journal = other / "share/omt/migrations/10/journal.sqlite"
    journal.parent.mkdir(parents=True)
    with pytest.raises(InputError) as nothing:
        workspace.existing(None)
    assert (nothing.value.code, str(own / "share/omt/migrations") in nothing.value.message) == ("workspace-empty", True)
    assert "omt thaw --answers" in nothing.value.remedy
    journal.touch()
    with pytest.raises(InputError) as found:
        workspace.existing(None)
    assert str(journal.parent) in found.value.message


def test_the_tenants_key_is_pinned_at_first_contact_and_another_one_is_refused(tmp_path: Path) -> None:
    workspace.pin_key(tmp_path, "ab" * 32)
    workspace.pin_key(tmp_path, "ab" * 32)
    assert (tmp_path / "tenant.key").read_text() == "ab" * 32 + "\n"
    with pytest.raises(OnlineRefusedError) as caught:
        workspace.pin_key(tmp_path, "cd" * 32)
    assert caught.value.code == "tenant-key-changed"


@pytest.mark.parametrize("content", [b"", b"ab", b"\xff\xfe", b"ab" * 31, b"AB" * 32 + b"\n", b"ab" * 33 + b"\n"])
def test_a_pinned_key_that_is_none_is_damage_and_nobody_posing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tenant.key").write_bytes(content)
    with pytest.raises(InputError, match="does not hold the tenant's key any more") as caught:
        workspace.pin_key(tmp_path, "ab" * 32)
    assert (caught.value.code, "ab" * 8 in caught.value.remedy) == ("tenant-key-damaged", True)
    assert (tmp_path / "tenant.key").read_bytes() == content


def test_a_run_without_a_stage_leaves_where_its_files_lay(tmp_path: Path) -> None:
    note = tmp_path / "stages.json"
    note.write_text("[]")
    workspace.note_stage_roots(tmp_path, {"recordings": tmp_path / "old", "mail": tmp_path / "mail\udce4"})
    workspace.note_stage_roots(tmp_path, {"recordings": tmp_path / "new"})
    assert json.loads(note.read_bytes()) == {
        "mail": str(tmp_path / "mail\udce4"),
        "recordings": str(tmp_path / "new"),
    }
