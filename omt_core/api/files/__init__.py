"""Files as they have to be written and removed: durable, whole or not at all, private, with patience. All of it blocks.

Who else has a file open, a virus scanner or a backup most often, lets go of it within a second or two: until then the
name cannot be given to another file or be removed (Windows errors 5, 32, 33; a share says EACCES or EBUSY for it).
"""

from __future__ import annotations

from omt_core.api.files.durable import (
    WholeFile,
    make_file,
    make_folder,
    make_sure,
    move_into_place,
    sync_folder,
    temporary_folder,
    write_whole,
)
from omt_core.api.files.exact import is_inside, openable, ordinary, real_path
from omt_core.api.files.patience import MOUNT_POINT, is_link, patiently, remove, remove_tree, replace
from omt_core.api.files.rights import PRIVATE_FILE, PRIVATE_FOLDER, copy_access, make_private, process_sid
from omt_core.api.files.sqlite import sqlite_uri

__all__ = [
    "MOUNT_POINT",
    "PRIVATE_FILE",
    "PRIVATE_FOLDER",
    "WholeFile",
    "copy_access",
    "is_inside",
    "is_link",
    "make_file",
    "make_folder",
    "make_private",
    "make_sure",
    "move_into_place",
    "openable",
    "ordinary",
    "patiently",
    "process_sid",
    "real_path",
    "remove",
    "remove_tree",
    "replace",
    "sqlite_uri",
    "sync_folder",
    "temporary_folder",
    "write_whole",
]
