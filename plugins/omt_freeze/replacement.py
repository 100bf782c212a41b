"""Replacing a small file whole: readers see the old content or the new, and so does a machine that lost power.

On Windows by a rename, after who may do what was copied, and not by ReplaceFile, which would keep that by itself: by
Microsoft's reference it may end with no file at all under the name (ERROR_UNABLE_TO_MOVE_REPLACEMENT), and it cannot
write through.
"""

from __future__ import annotations

from pathlib import Path

from omt_core.api.files import WholeFile, copy_access, make_folder, remove, write_whole


def replace_content(path: Path, expected: bytes, content: bytes, temporary: Path) -> bool:
    """Put `content` in the place of `expected` and keep mode, and owner where that is allowed.

    `temporary` lies in the same folder and is ours: a leftover of a crash is overwritten. Returns False, with nothing
    changed, when the file does not hold `expected` any more. Raises OSError.
    """
    file = WholeFile(path, partial=temporary)
    try:
        file.write(content)
        copy_access(path, file.close())
        if path.read_bytes() != expected:
            return False
        file.finish()
        return True
    finally:
        file.discard()


def keep_copy(content: bytes, target: Path) -> None:
    """Write a private file durably, unless it is there whole already."""
    make_folder(target.parent)
    if target.exists() and target.read_bytes() == content:
        return
    write_whole(target, content, partial=_unfinished(target))


def forget_unfinished_copy(target: Path) -> None:
    """Remove what a process that was killed in `keep_copy` left: it holds passwords and serves nobody."""
    remove(_unfinished(target))


def _unfinished(target: Path) -> Path:
    return target.with_name(f".{target.name}.partial")
