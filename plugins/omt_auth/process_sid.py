"""The security identifier of the user that the process runs as. The only file that calls the Windows API.

Not run by the tests, which have no Windows: it is written after Microsoft's reference of OpenProcessToken,
GetTokenInformation and ConvertSidToStringSidW.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _TOKEN_QUERY = 0x0008
    _TOKEN_USER = 1

    class _SidAndAttributes(ctypes.Structure):
        _fields_ = (("sid", wintypes.LPVOID), ("attributes", wintypes.DWORD))

    def process_sid() -> str | None:
        """Return the SID as text (`S-1-5-21-...`), None when Windows does not tell."""
        advapi = ctypes.WinDLL("advapi32", use_last_error=True)
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
        kernel.LocalFree.argtypes = (wintypes.HLOCAL,)
        advapi.OpenProcessToken.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE))
        advapi.GetTokenInformation.argtypes = (
            wintypes.HANDLE,
            ctypes.c_int,
            wintypes.LPVOID,
            wintypes.DWORD,
            ctypes.POINTER(wintypes.DWORD),
        )
        advapi.ConvertSidToStringSidW.argtypes = (wintypes.LPVOID, ctypes.POINTER(wintypes.LPWSTR))
        token = wintypes.HANDLE()
        if not advapi.OpenProcessToken(kernel.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)):
            return None
        try:
            needed = wintypes.DWORD()
            advapi.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(needed))
            buffer = ctypes.create_string_buffer(max(needed.value, ctypes.sizeof(_SidAndAttributes)))
            if not advapi.GetTokenInformation(token, _TOKEN_USER, buffer, len(buffer), ctypes.byref(needed)):
                return None
            user = ctypes.cast(buffer, ctypes.POINTER(_SidAndAttributes)).contents
            text = wintypes.LPWSTR()
            if not advapi.ConvertSidToStringSidW(user.sid, ctypes.byref(text)):
                return None
            try:
                return text.value
            finally:
                kernel.LocalFree(ctypes.cast(text, wintypes.HLOCAL))
        finally:
            kernel.CloseHandle(token)

else:

    def process_sid() -> str | None:
        """Return None: only Windows has security identifiers."""
        return None
