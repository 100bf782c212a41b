"""What only Windows is asked, behind one seam: registry, drives, power. Nothing is changed, and all of it blocks."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Sequence
from typing import Final, Protocol

from typing_extensions import override

from omt_core.api import drives

SLEEP: Final = uuid.UUID("29f6c1db-86da-48c5-9fdb-f2b67b1f44da")
"""STANDBYIDLE: seconds without input after which Windows sleeps; 0 is never."""
HIBERNATION: Final = uuid.UUID("9d7815a6-7ee4-497e-8888-515a05f02364")
"""HIBERNATEIDLE: the same for hibernation."""

_SLEEP_SETTINGS: Final = uuid.UUID("238c9fa8-0aad-41ed-83f4-97be242c8f20")
"""SUB_SLEEP: the group that both belong to."""


class Windows(Protocol):
    """What is used of Windows, so that a stand-in can take its place in tests. None: it did not say."""

    def number(self, key: str, name: str) -> int | None:
        """Return a number of HKEY_LOCAL_MACHINE."""
        ...

    def names(self, key: str) -> Sequence[str] | None:
        """Return the names of all values of a key of HKEY_LOCAL_MACHINE; None where it may not be read."""
        ...

    def share_of(self, drive: str) -> str | None:
        r"""Return the share that a drive letter of this user stands for, as `\\host\share`."""
        ...

    def drive_type(self, drive: str) -> int:
        """Return what kind of drive a letter is, as GetDriveTypeW says it."""
        ...

    def idle_seconds(self, setting: uuid.UUID) -> int | None:
        """Return a time without input, on mains power, of the power plan that is active."""
        ...

    def on_battery(self) -> bool | None:
        """Tell whether the machine runs on its battery."""
        ...


def this_windows() -> Windows | None:
    """Return the Windows that runs this process; None on any other system."""
    if sys.platform == "win32":
        return _ThisWindows()
    return None


if sys.platform == "win32":  # pragma: no cover - tests/windows/ runs it
    import ctypes
    import winreg
    from ctypes import wintypes

    _NOT_PLUGGED_IN = 0
    _PLUGGED_IN = 1

    class _Guid(ctypes.Structure):
        _fields_ = (("bytes", ctypes.c_ubyte * 16),)

        @classmethod
        def of(cls, value: uuid.UUID) -> _Guid:
            return cls.from_buffer_copy(value.bytes_le)

    class _PowerStatus(ctypes.Structure):
        """SYSTEM_POWER_STATUS."""

        _fields_ = (
            ("ac_line", ctypes.c_ubyte),
            ("battery_flag", ctypes.c_ubyte),
            ("battery_percent", ctypes.c_ubyte),
            ("saver", ctypes.c_ubyte),
            ("seconds_left", wintypes.DWORD),
            ("seconds_full", wintypes.DWORD),
        )

    class _ThisWindows(Windows):
        @override
        def number(self, key: str, name: str) -> int | None:
            value = _value(winreg.HKEY_LOCAL_MACHINE, key, name)
            return value if isinstance(value, int) else None

        @override
        def names(self, key: str) -> Sequence[str] | None:
            try:
                with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, _READ) as handle:
                    return [winreg.EnumValue(handle, index)[0] for index in range(winreg.QueryInfoKey(handle)[1])]
            except OSError:
                return None

        @override
        def share_of(self, drive: str) -> str | None:
            return drives.remembered_share(drive[0])

        @override
        def drive_type(self, drive: str) -> int:
            return drives.drive_type(f"{drive[0]}:\\")

        @override
        def idle_seconds(self, setting: uuid.UUID) -> int | None:
            plan, seconds = ctypes.POINTER(_Guid)(), wintypes.DWORD()
            group, one = _Guid.of(_SLEEP_SETTINGS), _Guid.of(setting)
            try:
                power = ctypes.WinDLL("powrprof")
                if power.PowerGetActiveScheme(None, ctypes.byref(plan)) != 0:
                    return None
                read = power.PowerReadACValueIndex
            except (OSError, AttributeError):
                return None
            failed = read(None, plan, ctypes.byref(group), ctypes.byref(one), ctypes.byref(seconds))
            free = ctypes.WinDLL("kernel32").LocalFree
            free.argtypes = [ctypes.c_void_p]
            free(plan)
            return None if failed else seconds.value

        @override
        def on_battery(self) -> bool | None:
            status = _PowerStatus()
            if not ctypes.WinDLL("kernel32").GetSystemPowerStatus(ctypes.byref(status)):
                return None
            return {_NOT_PLUGGED_IN: True, _PLUGGED_IN: False}.get(status.ac_line)

    _READ = winreg.KEY_READ | winreg.KEY_WOW64_64KEY

    def _value(hive: int, key: str, name: str) -> object:
        try:
            with winreg.OpenKey(hive, key, 0, _READ) as handle:
                return winreg.QueryValueEx(handle, name)[0]
        except OSError:
            return None
