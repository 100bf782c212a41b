"""Library: upload stages of what lies in folders. It brings no hooks.

`FolderStage` is a whole stage of one folder: inventory, differences in a recovery, and patience with a share that is
away. Beside it are its parts, for stages that join a folder with rows of the database.
"""

from omt_folders.batches import FoundFile, as_batches, in_batches
from omt_folders.disk import Disk, Examination, Reasons
from omt_folders.seen_folders import OpenedRoots, SeenFolders
from omt_folders.stage import FolderStage
from omt_folders.tree import TreeFile, telling, tree_item, walk

__all__ = [
    "Disk",
    "Examination",
    "FolderStage",
    "FoundFile",
    "OpenedRoots",
    "Reasons",
    "SeenFolders",
    "TreeFile",
    "as_batches",
    "in_batches",
    "telling",
    "tree_item",
    "walk",
]
