"""What loads nothing but Python's own modules, so that processes which help the tool can begin with it."""

from __future__ import annotations

from omt_core.api.plain.folder_digest import FolderLook, digest_of, line_of
from omt_core.api.plain.helper_process import HelperProcess, serve_questions

__all__ = ["FolderLook", "HelperProcess", "digest_of", "line_of", "serve_questions"]
