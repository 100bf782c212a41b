"""What a restart needs: one SQLite file per migration."""

from omt_core.journal.connection import copy_journal
from omt_core.journal.store import Journal

__all__ = ["Journal", "copy_journal"]
