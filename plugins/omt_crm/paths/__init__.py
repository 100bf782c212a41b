"""Where the CRM keeps its files, and how Windows spells that. See the modules for the rules and their sources."""

from __future__ import annotations

from omt_crm.paths.hostile import refuse_reason
from omt_crm.paths.names import as_opened, fold
from omt_crm.paths.periods import document_folder, neighbouring_folders, period
from omt_crm.paths.presence import Lost, is_back, is_line_fault, lost_on_the_way, reason, wait_until_back
from omt_crm.paths.windows import map_windows_path

__all__ = [
    "Lost",
    "as_opened",
    "document_folder",
    "fold",
    "is_back",
    "is_line_fault",
    "lost_on_the_way",
    "map_windows_path",
    "neighbouring_folders",
    "period",
    "reason",
    "refuse_reason",
    "wait_until_back",
]
