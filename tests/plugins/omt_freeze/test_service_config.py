from __future__ import annotations

import errno
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from omt_core.api import files
from omt_core.api.errors import FreezeLiftedError, InstallationError
from omt_core.api.installation import DatabaseLocation, Installation, ServiceFolders
from omt_freeze.config_text import addition, frozen_lines, is_bytewise_text
from omt_freeze.mark import Mark

CONFIG = "# Tjeneste\r\ndbHost = sql\r\n#frozen\r\nnavn = Ærø\r\n".encode("latin-1")


def test_the_word_is_added_on_its_own_line_and_taken_back(make_site: Any, mark: Mark) -> None:
    site = make_site(CONFIG)
    site.freeze()
    assert site.config.read_bytes() == CONFIG + addition(CONFIG, mark, site.workspace)
    assert site.thaw() == []
    assert site.config.read_bytes() == CONFIG


def test_a_copy_of_the_original_is_kept_until_the_file_is_that_again(make_site: Any) -> None:
    site = make_site(CONFIG)
    site.freeze()
    assert site.copies() == [CONFIG]
    site.thaw()
    assert list(site.workspace.iterdir()) == []


def test_a_copy_stays_where_the_file_is_not_what_it_was(make_site: Any) -> None:
    site = make_site(CONFIG)
    site.freeze()
    site.config.write_bytes(site.config.read_bytes() + b"new = 1\r\n")
    assert site.thaw() == []
    assert site.copies() == [CONFIG]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=200) | st.lists(st.sampled_from([b"a", b"#frozen", b"\n", b"\r\n", b"x"])).map(b"".join)
)
def test_freeze_then_thaw_is_the_identity_on_any_bytes(make_site: Any, content: bytes) -> None:
    assume(is_bytewise_text(content))
    site = make_site(content)
    site.freeze()
    assert frozen_lines(site.config.read_bytes())
    site.thaw()
    assert site.config.read_bytes() == content
    assert [path.name for path in site.service.iterdir()] == ["config"]


@pytest.mark.parametrize("content", [CONFIG, CONFIG + b"frozen\r\n"])
def test_a_line_that_is_gone_has_let_users_in_whoever_had_written_it(make_site: Any, content: bytes) -> None:
    site = make_site(content)
    site.freeze()
    site.config.write_bytes(site.config.read_bytes() + b"new = 1\r\n")
    site.confirm()
    site.config.write_bytes(CONFIG)
    with pytest.raises(FreezeLiftedError) as caught:
        site.confirm()
    assert (caught.value.code, str(site.config) in caught.value.message) == ("freeze-lifted", True)
    assert site.config.read_bytes() == CONFIG


def test_a_file_that_is_frozen_already_is_left_and_reported_and_survives_the_thaw(make_site: Any) -> None:
    site = make_site(b"a = 1\nfrozen\n")
    site.freeze()
    assert [finding.code for finding in site.findings()] == ["service-frozen-by-others"]
    assert site.thaw() == ["service-frozen-by-others"]
    assert site.config.read_bytes() == b"a = 1\nfrozen\n"


def test_a_second_freeze_and_a_second_thaw_change_nothing(make_site: Any, mark: Mark) -> None:
    site = make_site(CONFIG)
    site.freeze()
    site.freeze()
    assert site.config.read_bytes() == CONFIG + addition(CONFIG, mark, site.workspace)
    assert (site.thaw(), site.thaw()) == ([], [])
    assert site.config.read_bytes() == CONFIG


def test_what_was_frozen_thawed_and_frozen_again_thaws_again(make_site: Any) -> None:
    site = make_site(CONFIG)
    for _ in range(2):
        site.freeze()
        site.thaw()
    assert site.config.read_bytes() == CONFIG
    assert site.rows_of_events() == []


def test_thaw_without_a_freeze_touches_nothing(site: Any) -> None:
    site.add_event(7)
    site.config.write_bytes(b"frozen\n")
    assert site.thaw() == []
    assert site.config.read_bytes() == b"frozen\n"
    assert len(site.rows_of_events()) == 1


def test_other_lines_that_were_changed_meanwhile_stay_changed(make_site: Any) -> None:
    site = make_site(b"a = 1\nb = 2")
    site.freeze()
    frozen = site.config.read_bytes()
    assert frozen.startswith(b"a = 1\nb = 2\n# Frozen")
    assert frozen.endswith(b"\nfrozen")
    site.config.write_bytes(frozen.replace(b"a = 1", b"a = 9"))
    assert site.thaw() == []
    assert site.config.read_bytes() == b"a = 9\nb = 2"


def test_lines_behind_ours_stay(make_site: Any) -> None:
    site = make_site(b"a = 1\n")
    site.freeze()
    site.config.write_bytes(b"a = 1\nfrozen\nc = 3\n")
    site.thaw()
    assert site.config.read_bytes() == b"a = 1\nc = 3\n"


def test_a_second_frozen_line_that_someone_added_stays_and_is_reported(make_site: Any) -> None:
    site = make_site(b"a = 1\n")
    site.freeze()
    site.config.write_bytes(b"frozen\na = 1\nfrozen\n")
    assert site.thaw() == ["service-frozen-by-others"]
    assert site.config.read_bytes() == b"frozen\na = 1\n"


def test_a_line_that_someone_took_out_already_is_no_fault(make_site: Any) -> None:
    site = make_site(b"a = 1\n")
    site.freeze()
    site.config.write_bytes(b"a = 2\n#frozen\n")
    assert site.thaw() == []
    assert site.config.read_bytes() == b"a = 2\n#frozen\n"


def test_a_file_that_is_gone_is_reported_and_not_made_anew(make_site: Any) -> None:
    site = make_site(CONFIG)
    site.freeze()
    (site.service / "service.exe").touch()
    site.config.unlink()
    assert site.thaw() == ["service-config-left"]
    assert not site.config.exists()


def test_a_file_in_a_folder_that_is_away_is_not_taken_for_gone_and_is_thawed_once_it_is_back(make_site: Any) -> None:
    site = make_site(CONFIG)
    site.freeze()
    away = site.service.rename(site.service.parent / "away")
    with pytest.raises(InstallationError, match="does not answer") as refused:
        site.thaw()
    assert refused.value.code == "service-config-away"
    assert site.copies() == [CONFIG]
    away.rename(site.service)
    assert site.thaw() == []
    assert site.config.read_bytes() == CONFIG
    assert site.copies() == []


def test_the_empty_mount_point_of_a_share_that_dropped_out_is_not_taken_for_a_folder_without_the_file(
    make_site: Any,
) -> None:
    site = make_site(CONFIG)
    site.freeze()
    away = site.service.rename(site.service.parent / "away")
    site.service.mkdir()
    with pytest.raises(InstallationError, match="it is empty now") as refused:
        site.thaw()
    assert refused.value.code == "service-config-away"
    site.service.rmdir()
    away.rename(site.service)
    assert site.thaw() == []
    assert site.config.read_bytes() == CONFIG


def test_a_line_that_breaks_while_the_file_is_read_forgets_nothing(
    make_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(CONFIG)
    site.freeze()

    def stale(path: Path) -> bytes:
        raise OSError(errno.ESTALE, "Stale file handle", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", stale)
        with pytest.raises(InstallationError, match="Stale file handle") as refused:
            site.thaw()
    assert refused.value.code == "service-config-away"
    assert site.thaw() == []
    assert site.config.read_bytes() == CONFIG


def test_a_service_that_was_removed_for_good_is_done_with_as_the_remedy_says(make_site: Any) -> None:
    site = make_site(CONFIG)
    site.freeze()
    site.config.unlink()
    (site.service / "removed").touch()
    assert site.thaw() == ["service-config-left"]
    assert site.thaw() == []


def kill_in_the_copy(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Freeze in a process that dies with half of the copy on the disk; a dead process tidies nothing up."""
    write = files.WholeFile.write

    def die(self: files.WholeFile, piece: bytes) -> None:
        write(self, piece[:20])
        self.close()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files.WholeFile, "write", die)
        patch.setattr(files.WholeFile, "discard", lambda self: None)
        with pytest.raises(KeyboardInterrupt):
            site.freeze()
    assert site.copies() == [CONFIG[:20]]


def test_a_freeze_that_was_killed_in_the_copy_leaves_none_of_it_behind_the_thaw(
    make_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(CONFIG)
    kill_in_the_copy(site, monkeypatch)
    assert site.thaw() == []
    assert list(site.workspace.iterdir()) == []


def test_half_a_copy_goes_with_the_thaw_also_where_the_file_was_changed_meanwhile(
    make_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(CONFIG)
    kill_in_the_copy(site, monkeypatch)
    site.config.write_bytes(CONFIG + b"new = 1\r\n")
    assert site.thaw() == []
    assert list(site.workspace.iterdir()) == []


def test_half_a_copy_goes_with_the_next_freeze_also_of_a_file_that_was_changed_meanwhile(
    make_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(CONFIG)
    kill_in_the_copy(site, monkeypatch)
    changed = CONFIG + b"new = 1\r\n"
    site.config.write_bytes(changed)
    site.freeze()
    assert site.copies() == [changed]


def test_a_file_that_became_utf_16_is_reported(make_site: Any) -> None:
    site = make_site(b"a = 1\n")
    site.freeze()
    site.config.write_bytes("a = 1\nfrozen\n".encode("utf-16"))
    assert site.thaw() == ["service-config-left"]


@pytest.mark.posix("modes are POSIX")
def test_the_mode_of_the_file_is_kept(site: Any) -> None:
    site.config.chmod(0o640)
    site.freeze()
    assert site.config.stat().st_mode & 0o777 == 0o640
    site.thaw()
    assert site.config.stat().st_mode & 0o777 == 0o640


def test_a_read_only_file_is_frozen_and_thawed_and_stays_read_only(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows lets nobody replace or remove what is read-only. Wine lets it be replaced, hence the stand-in."""

    def is_read_only(path: Path) -> bool:
        return path.exists() and not path.stat().st_mode & stat.S_IWRITE

    def refuse(source: Path, target: Path) -> None:
        if is_read_only(target):
            raise PermissionError(errno.EACCES, "Access is denied")
        rename(source, target)

    rename = files.patience._rename
    monkeypatch.setattr(files.patience, "_rename", refuse)
    monkeypatch.setattr(files.patience, "_is_read_only", is_read_only)
    monkeypatch.setattr(files.patience, "_WAITS", ())
    site.config.chmod(stat.S_IREAD)
    site.freeze()
    assert site.config.read_bytes().endswith(b"frozen\n")
    assert is_read_only(site.config)
    leftover = site.service / json.loads(site.kept["service-config"])["temporary"]
    leftover.write_bytes(b"of a process that was killed")
    leftover.chmod(stat.S_IREAD)
    site.thaw()
    assert [path.name for path in site.service.iterdir()] == ["config"]
    assert site.config.read_bytes() == b"dbHost = sql\n"
    assert is_read_only(site.config)


def test_the_other_documented_name_is_found(site: Any) -> None:
    site.config = site.config.rename(site.service / "service.config")
    site.freeze()
    assert site.config.read_bytes().endswith(b"frozen\n")


def test_an_installation_without_a_service_freezes_the_windows_client_only(site: Any) -> None:
    site.freeze(installation=Installation(database=DatabaseLocation(dbms="sqlite")))
    assert site.config.read_bytes() == b"dbHost = sql\n"
    assert len(site.rows_of_events()) == 1


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda path: path.unlink(), "service-config-missing"),
        (lambda path: path.write_bytes("a = 1\n".encode("utf-16")), "service-config-encoding"),
    ],
)
def test_what_cannot_be_frozen_is_an_error_with_a_remedy(site: Any, prepare: Any, code: str) -> None:
    prepare(site.config)
    with pytest.raises(InstallationError) as refused:
        site.freeze()
    assert refused.value.code == code


def test_a_change_at_the_very_moment_is_not_overwritten(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_access = "omt_freeze.replacement.copy_access"
    monkeypatch.setattr(copy_access, lambda source, target: site.config.write_bytes(b"dbHost = other\n"))
    with pytest.raises(InstallationError) as refused:
        site.freeze()
    assert refused.value.code == "service-config-changed"
    assert site.config.read_bytes() == b"dbHost = other\n"
    monkeypatch.undo()
    site.thaw()
    assert site.config.read_bytes() == b"dbHost = other\n"


def test_a_file_that_cannot_be_written_is_named(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = files.patience._rename

    def refuse(source: Path, target: Path) -> None:
        if target == site.config:
            raise PermissionError(13, "Permission denied", str(source))
        rename(source, target)

    monkeypatch.setattr(files.patience, "_rename", refuse)
    monkeypatch.setattr(files.patience, "_WAITS", ())
    with pytest.raises(InstallationError) as refused:
        site.freeze()
    assert refused.value.code == "service-config-not-writable"
    assert site.config.read_bytes() == b"dbHost = sql\n"


def test_a_second_freeze_with_another_folder_of_the_service_does_not_forget_the_first_file(make_site: Any) -> None:
    site = make_site(CONFIG)
    site.freeze()
    other = site.service.parent / "other"
    other.mkdir()
    (other / "config").write_bytes(CONFIG)
    moved = Installation(database=DatabaseLocation(dbms="sqlite"), service=ServiceFolders(base=other))
    site.freeze(installation=moved)
    assert site.config.read_bytes() == CONFIG
    assert frozen_lines((other / "config").read_bytes())
    site.thaw()
    assert (other / "config").read_bytes() == CONFIG
