"""The core's commands, one file each."""

from omt_core.cli.command.check import Check
from omt_core.cli.command.compare import Compare
from omt_core.cli.command.completion import Completion
from omt_core.cli.command.discover import Discover
from omt_core.cli.command.doctor import Doctor
from omt_core.cli.command.estimate import Estimate
from omt_core.cli.command.help import Help
from omt_core.cli.command.init import Init
from omt_core.cli.command.limit import Limit
from omt_core.cli.command.migrate import Migrate
from omt_core.cli.command.plugins import Plugins
from omt_core.cli.command.precopy import Precopy
from omt_core.cli.command.purge import Purge
from omt_core.cli.command.report import Report
from omt_core.cli.command.status import Status
from omt_core.cli.command.support import Support
from omt_core.cli.command.thaw import Thaw
from omt_core.cli.command.workspaces import Workspaces

__all__ = [
    "Check",
    "Compare",
    "Completion",
    "Discover",
    "Doctor",
    "Estimate",
    "Help",
    "Init",
    "Limit",
    "Migrate",
    "Plugins",
    "Precopy",
    "Purge",
    "Report",
    "Status",
    "Support",
    "Thaw",
    "Workspaces",
]
