"""What loads nothing but Python's own modules, so that processes which help the tool can begin with it."""

from __future__ import annotations

from omt_core.api.plain.file_times import change_time, modification_time
from omt_core.api.plain.folder_digest import FolderLook, digest_of, line_of
from omt_core.api.plain.helper_process import HelperProcess, serve_questions

__all__ = [
    "FolderLook",
    "HelperProcess",
    "change_time",
    "digest_of",
    "line_of",
    "modification_time",
    "serve_questions",
]
