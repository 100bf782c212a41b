"""The core's commands: what each is for. What it does is in a file of its own name, which is read when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from omt_core.api.sentence import sentence
from omt_core.cli.commands import CoreCommand

CORE_COMMANDS: Final[Mapping[str, str]] = {
    "check": sentence("run every check and change nothing; a tenant is asked when one is named"),
    "compare": sentence("compare two migrations of one installation by their receipts: what is new, gone, different"),
    "completion": sentence("print a script by which a shell completes commands and options"),
    "discover": sentence("find the installation, and say what was found where"),
    "doctor": sentence(
        "look at what a night needs of this machine: drivers, rights, disk, clock, the way to the tenant"
    ),
    "estimate": sentence("say how long a migration will take, from the inventory and a short probe upload"),
    "help": sentence("show the documentation: of a command, the code of a finding or an error, or another topic"),
    "init": sentence("write an answers file to begin with, with what was found of the installation as comments"),
    "limit": sentence("limit what a running migration sends: 5M (bytes per second), off, or by a timetable"),
    "migrate": sentence("migrate as the answers file says: first upload or recovery, live or test"),
    "plugins": sentence("list plugins; its parts say who answers a hook, begin and try one, and add and remove wheels"),
    "precopy": sentence("upload documents ahead of the night, without any freeze"),
    "purge": sentence("remove the journal and temporary files; receipt and report stay unless --all is given"),
    "report": sentence("write the report of a migration"),
    "status": sentence("say how a migration stands, also while it is running"),
    "support": sentence(
        "write a support bundle: log, journal in numbers, settings, versions, without personal data and secrets"
    ),
    "thaw": sentence("let the users of the installation on site in again"),
    "workspaces": sentence("list the migrations of this account on this machine, and how they stand"),
}
"""By name, in the words of `omt --help`."""


def core_command(name: str) -> CoreCommand:
    """Load a command. Each brings what it works with, which none of the others need to wait for."""
    found: type[CoreCommand] = getattr(import_module(f"{__name__}.{name}"), name.capitalize())
    return found()
