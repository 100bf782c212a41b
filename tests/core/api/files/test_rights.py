"""What is private is nobody else's, and what is replaced belongs to whom it belonged to."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from omt_core.api import files

posix = pytest.mark.posix("modes are POSIX's word for it; Windows has an access list")


@posix
def test_what_is_made_private_is_its_users_alone(tmp_path: Path) -> None:
    for path, mode in ((tmp_path / "folder", files.PRIVATE_FOLDER), (tmp_path / "file", files.PRIVATE_FILE)):
        path.mkdir() if path.name == "folder" else path.write_bytes(b"")
        path.chmod(0o777)
        files.make_private(path)
        assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_access_is_copied(tmp_path: Path) -> None:
    for name, mode in (("source", 0o640), ("target", 0o600)):
        (tmp_path / name).write_bytes(b"")
        (tmp_path / name).chmod(mode)
    files.copy_access(tmp_path / "source", tmp_path / "target")
    assert stat.S_IMODE((tmp_path / "target").stat().st_mode) == 0o640


@posix
def test_elsewhere_a_process_has_no_security_identifier() -> None:
    assert files.process_sid() is None


if sys.platform == "win32":
    import ctypes
    from typing import Any, NamedTuple

    from omt_core.api.files import durable, rights, windows

    ONLY_THIS = 0x8000_0004
    """PROTECTED_DACL_SECURITY_INFORMATION and DACL_SECURITY_INFORMATION: nothing comes from the folders above."""
    AS_THE_FOLDER = 0x2000_0004
    FULL = 0x1F01FF
    BELOW_TOO = 0x3

    class Entry(NamedTuple):
        """An entry of an access list that allows something."""

        flags: int
        mask: int
        sid: str

    class Told(NamedTuple):
        """What Windows was told of a file's access list."""

        name: str
        what: int
        entries: list[Entry]

    @pytest.fixture
    def told(monkeypatch: pytest.MonkeyPatch) -> list[Told]:
        """Listen: Wine makes a mode of an access list, and has it inherit what it was told not to."""
        told: list[Told] = []
        real = windows._advapi.SetNamedSecurityInfoW

        def listen(path: str, kind: int, what: int, *parts: Any) -> int:
            _, _, dacl, _ = parts  # beside owner, group and what is to be audited
            if dacl is not None:
                told.append(Told(Path(path).name, what, list(entries(dacl.value))))
            return int(real(path, kind, what, *parts))

        monkeypatch.setattr(windows._advapi, "SetNamedSecurityInfoW", listen)
        return told

    def entries(dacl: int) -> Iterator[Entry]:
        """Read an ACL: 8 bytes of a head with the number of entries, each a head, a mask and a SID."""
        place = dacl + 8
        for _ in range(ctypes.c_uint16.from_address(dacl + 4).value):
            flags, size = ctypes.c_uint8.from_address(place + 1).value, ctypes.c_uint16.from_address(place + 2).value
            text = ctypes.c_wchar_p()
            windows._advapi.ConvertSidToStringSidW(place + 8, ctypes.byref(text))
            yield Entry(flags, ctypes.c_uint32.from_address(place + 4).value, str(text.value))
            place += size

    def test_what_is_written_is_this_accounts_alone_and_inherits_nothing(tmp_path: Path, told: list[Told]) -> None:
        files.write_whole(tmp_path / "file", b"")
        files.make_file(tmp_path / "other")
        files.make_folder(tmp_path / "folder")
        files.make_private(tmp_path)
        sid = str(files.process_sid())
        assert sid.startswith("S-1-5-")
        assert told == [
            Told("file.partial", ONLY_THIS, [Entry(0, FULL, sid)]),
            Told("other", ONLY_THIS, [Entry(0, FULL, sid)]),
            Told("folder", ONLY_THIS, [Entry(BELOW_TOO, FULL, sid)]),
            Told(tmp_path.name, ONLY_THIS, [Entry(BELOW_TOO, FULL, sid)]),
        ]

    def test_attributes_and_access_list_are_copied(tmp_path: Path, told: list[Told]) -> None:
        for name in ("source", "target"):
            (tmp_path / name).write_bytes(b"")
        (tmp_path / "source").chmod(stat.S_IREAD)
        files.copy_access(tmp_path / "source", tmp_path / "target")
        assert (tmp_path / "target").stat().st_file_attributes & stat.FILE_ATTRIBUTE_READONLY
        assert [(one.name, one.what, bool(one.entries)) for one in told] == [("target", AS_THE_FOLDER, True)]

    def test_a_share_that_lets_nobody_set_rights_is_written_to_all_the_same(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(windows._advapi, "SetNamedSecurityInfoW", lambda *_: 5)
        files.make_folder(tmp_path / "folder")
        files.write_whole(tmp_path / "folder" / "file", b"content")
        assert (tmp_path / "folder" / "file").read_bytes() == b"content"
        with pytest.raises(PermissionError):
            files.make_private(tmp_path)

    def test_on_a_share_rights_are_left_as_they_are(
        tmp_path: Path, told: list[Told], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (durable, rights):
            monkeypatch.setattr(module, "place_on_other_machine", str)
        files.make_folder(tmp_path / "folder")
        files.write_whole(tmp_path / "folder" / "file", b"content")
        assert told == []
        monkeypatch.setattr(windows._advapi, "SetNamedSecurityInfoW", lambda *_: 50)  # ERROR_NOT_SUPPORTED
        (tmp_path / "source").write_bytes(b"")
        files.copy_access(tmp_path / "source", tmp_path / "folder" / "file")

    @pytest.mark.parametrize("succeeded", [0, 1])
    def test_where_windows_gives_no_access_list_none_is_set(
        tmp_path: Path, told: list[Told], monkeypatch: pytest.MonkeyPatch, succeeded: int
    ) -> None:
        """To set none would give everybody everything."""
        monkeypatch.setattr(windows._advapi, "GetSecurityDescriptorDacl", lambda *_: succeeded)
        with pytest.raises(OSError):  # noqa: PT011 - the number is whatever Windows said last
            files.make_private(tmp_path)
        assert told == []

    def test_a_name_is_on_the_disk_when_a_rename_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[int] = []
        real = windows._kernel.MoveFileExW
        monkeypatch.setattr(windows._kernel, "MoveFileExW", lambda *given: asked.append(given[2]) or real(*given))
        files.write_whole(tmp_path / "file", b"content")
        assert asked == [0x1 | 0x8]  # MOVEFILE_REPLACE_EXISTING, MOVEFILE_WRITE_THROUGH
        with pytest.raises(FileNotFoundError) as told:
            files.replace(tmp_path / "nothing", tmp_path / "other")
        assert told.value.filename == str(tmp_path / "other")
