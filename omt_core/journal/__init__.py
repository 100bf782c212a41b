"""What a restart needs: one SQLite file per migration."""

from omt_core.journal.file import copy_journal
from omt_core.journal.journal import Journal

__all__ = ["Journal", "copy_journal"]
