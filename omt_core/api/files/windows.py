"""What is asked of Windows itself, since Python does not: durable names, and access lists. Empty elsewhere.

After Microsoft's reference of MoveFileEx, SetNamedSecurityInfo, GetNamedSecurityInfo and the calls beside them.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    import os
    from collections.abc import Iterator
    from contextlib import contextmanager, suppress
    from ctypes import wintypes
    from pathlib import Path

    _MOVEFILE_REPLACE_EXISTING, _MOVEFILE_WRITE_THROUGH = 0x1, 0x8
    _SE_FILE_OBJECT = 1
    _SDDL_REVISION_1 = 1
    _OWNER, _DACL = 0x1, 0x4
    _PROTECTED, _UNPROTECTED = 0x8000_0000, 0x2000_0000
    _SE_DACL_PROTECTED = 0x1000
    _TOKEN_QUERY, _TOKEN_USER = 0x0008, 1
    _SHARED, _OPEN_EXISTING, _FOLDERS_TOO = 0x7, 3, 0x0200_0000
    _INVALID_HANDLE = ctypes.c_void_p(-1).value
    _ERROR_ACCESS_DENIED, _ERROR_INVALID_ACL = 5, 1336

    TO_WRITE = 0x2
    """FILE_WRITE_DATA of a file, FILE_ADD_FILE of a folder."""
    TO_REPLACE = 0x10000 | 0x100
    """DELETE and FILE_WRITE_ATTRIBUTES."""

    _NO_ATTRIBUTES = 0xFFFF_FFFF
    _SETTABLE_ATTRIBUTES = 0x1 | 0x2 | 0x4 | 0x20 | 0x100 | 0x2000
    """READONLY, HIDDEN, SYSTEM, ARCHIVE, TEMPORARY and NOT_CONTENT_INDEXED."""

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    _kernel.MoveFileExW.argtypes = (wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD)
    _kernel.CreateFileW.argtypes = (
        wintypes.LPCWSTR, *(wintypes.DWORD,) * 2, wintypes.LPVOID, *(wintypes.DWORD,) * 2, wintypes.HANDLE,
    )  # fmt: skip
    _kernel.CreateFileW.restype = wintypes.HANDLE
    _kernel.GetFileAttributesW.argtypes = (wintypes.LPCWSTR,)
    _kernel.GetFileAttributesW.restype = wintypes.DWORD
    _kernel.SetFileAttributesW.argtypes = (wintypes.LPCWSTR, wintypes.DWORD)
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    _kernel.LocalFree.argtypes = (wintypes.HLOCAL,)
    _advapi.OpenProcessToken.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE))
    _advapi.GetTokenInformation.argtypes = (
        wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD),
    )  # fmt: skip
    _advapi.ConvertSidToStringSidW.argtypes = (wintypes.LPVOID, ctypes.POINTER(wintypes.LPWSTR))
    _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = (
        wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(wintypes.LPVOID), wintypes.LPVOID,
    )  # fmt: skip
    _advapi.GetSecurityDescriptorDacl.argtypes = (
        wintypes.LPVOID, ctypes.POINTER(wintypes.BOOL), ctypes.POINTER(wintypes.LPVOID), ctypes.POINTER(wintypes.BOOL),
    )  # fmt: skip
    _advapi.GetSecurityDescriptorControl.argtypes = (
        wintypes.LPVOID, ctypes.POINTER(wintypes.WORD), ctypes.POINTER(wintypes.DWORD),
    )  # fmt: skip
    _advapi.GetNamedSecurityInfoW.argtypes = (
        wintypes.LPCWSTR, ctypes.c_int, wintypes.DWORD, *(ctypes.POINTER(wintypes.LPVOID),) * 5,
    )  # fmt: skip
    _advapi.GetNamedSecurityInfoW.restype = wintypes.DWORD
    _advapi.SetNamedSecurityInfoW.argtypes = (
        wintypes.LPCWSTR, ctypes.c_int, wintypes.DWORD, *(wintypes.LPVOID,) * 4,
    )  # fmt: skip
    _advapi.SetNamedSecurityInfoW.restype = wintypes.DWORD

    class _SidAndAttributes(ctypes.Structure):
        _fields_ = (("sid", wintypes.LPVOID), ("attributes", wintypes.DWORD))

    def move(source: Path, target: Path) -> None:
        """Rename a file, over one that is there; the new name is on the disk when this returns."""
        flags = _MOVEFILE_REPLACE_EXISTING | _MOVEFILE_WRITE_THROUGH
        if not _kernel.MoveFileExW(str(source), str(target), flags):
            raise _last_error(target)

    def may_open(path: Path, access: int) -> bool:
        """Tell whether Windows would let this account do that with a file or folder; all but a refusal is a yes."""
        handle = _kernel.CreateFileW(str(path), access, _SHARED, None, _OPEN_EXISTING, _FOLDERS_TOO, None)
        if handle in {None, _INVALID_HANDLE}:
            return ctypes.get_last_error() != _ERROR_ACCESS_DENIED
        _kernel.CloseHandle(handle)
        return True

    def process_sid() -> str:
        """Return the security identifier of the account that the process runs as (`S-1-5-21-...`)."""
        token = wintypes.HANDLE()
        if not _advapi.OpenProcessToken(_kernel.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)):
            raise _last_error()
        try:
            needed = wintypes.DWORD()
            _advapi.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(needed))
            buffer = ctypes.create_string_buffer(max(needed.value, ctypes.sizeof(_SidAndAttributes)))
            if not _advapi.GetTokenInformation(token, _TOKEN_USER, buffer, len(buffer), ctypes.byref(needed)):
                raise _last_error()
            text = wintypes.LPWSTR()
            user = ctypes.cast(buffer, ctypes.POINTER(_SidAndAttributes)).contents
            if not _advapi.ConvertSidToStringSidW(user.sid, ctypes.byref(text)):
                raise _last_error()
            try:
                return str(text.value)
            finally:
                _kernel.LocalFree(ctypes.cast(text, wintypes.HLOCAL))
        finally:
            _kernel.CloseHandle(token)

    def set_private(path: Path) -> None:
        """Give a file, or a folder with what inherits from it, to the account of this process and nobody else."""
        inherited = "OICI" if path.is_dir() else ""
        with _freed() as descriptor:
            text = f"D:P(A;{inherited};FA;;;{process_sid()})"
            if not _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text, _SDDL_REVISION_1, ctypes.byref(descriptor), None
            ):
                raise _last_error(path)
            present, defaulted, dacl = wintypes.BOOL(), wintypes.BOOL(), wintypes.LPVOID()
            if not _advapi.GetSecurityDescriptorDacl(
                descriptor, ctypes.byref(present), ctypes.byref(dacl), ctypes.byref(defaulted)
            ):
                raise _last_error(path)
            if not (present.value and dacl.value):  # to set none would give everybody everything
                raise _error(_ERROR_INVALID_ACL, path)
            _set_security(path, _DACL | _PROTECTED, dacl=dacl)

    def copy_access(source: Path, target: Path) -> None:
        """Give a file the access list of another, and its owner where the account may do that."""
        with _freed() as descriptor:
            owner, dacl = wintypes.LPVOID(), wintypes.LPVOID()
            code = _advapi.GetNamedSecurityInfoW(
                str(source), _SE_FILE_OBJECT, _OWNER | _DACL, ctypes.byref(owner), None, ctypes.byref(dacl), None,
                ctypes.byref(descriptor),
            )  # fmt: skip
            if code:
                raise _error(code, source)
            control, revision = wintypes.WORD(), wintypes.DWORD()
            if not _advapi.GetSecurityDescriptorControl(descriptor, ctypes.byref(control), ctypes.byref(revision)):
                raise _last_error(source)
            protection = _PROTECTED if control.value & _SE_DACL_PROTECTED else _UNPROTECTED
            _set_security(target, _DACL | protection, dacl=dacl)
            with suppress(OSError):  # only who may restore files may give one away
                _set_security(target, _OWNER, owner=owner)

    def copy_attributes(source: Path, target: Path) -> None:
        """Give a file the attributes of another, the one for reading only among them."""
        attributes = _kernel.GetFileAttributesW(str(source))
        if attributes == _NO_ATTRIBUTES:
            raise _last_error(source)
        if not _kernel.SetFileAttributesW(str(target), attributes & _SETTABLE_ATTRIBUTES):
            raise _last_error(target)

    def _set_security(
        path: Path, what: int, *, owner: wintypes.LPVOID | None = None, dacl: wintypes.LPVOID | None = None
    ) -> None:
        code = _advapi.SetNamedSecurityInfoW(str(path), _SE_FILE_OBJECT, what, owner, None, dacl, None)
        if code:
            raise _error(code, path)

    @contextmanager
    def _freed() -> Iterator[wintypes.LPVOID]:
        """Lend a pointer to what Windows allocates, and give that back."""
        pointer = wintypes.LPVOID()
        try:
            yield pointer
        finally:
            _kernel.LocalFree(ctypes.cast(pointer, wintypes.HLOCAL))

    def _last_error(path: Path | None = None) -> OSError:
        return _error(ctypes.get_last_error(), path)

    def _error(code: int, path: Path | None = None) -> OSError:
        # By four arguments Python makes it the kind of error that the number stands for.
        return OSError(0, ctypes.FormatError(code), None if path is None else os.fspath(path), code)
