"""What else lies in a real archive root and is no document: personal files, logs, exchange folders."""

from __future__ import annotations

from collections.abc import Sequence

from omt_simulator.machine import Machine
from omt_simulator.people.users import SimulatedUser

NEVER_MOVED = (
    r"C:\SO_ARC\DATA\superoffice.log",
    r"C:\SO_ARC\DATA\trace 1.txt",
    r"C:\SO_ARC\Wishlist\wish.txt",
    r"C:\SO_ARC\Task_1.trt",
)
"""Logs, wishes and task files: "never migrate", crm.md section 6."""

PERSONAL_FILES = ("mail.htm", "min eksport.sxf")
"""In a user's folder itself, beside the period folders."""

PEOPLE_WITH_PERSONAL_FILES = 3


def write_archive_extras(machine: Machine, users: Sequence[SimulatedUser]) -> list[str]:
    """Write them; returns the Windows paths of the personal files."""
    for path in NEVER_MOVED:
        machine.write(path, f"{path}\r\n".encode())
    personal = [
        f"C:\\SO_ARC\\{user.login}\\{name}" for user in users[:PEOPLE_WITH_PERSONAL_FILES] for name in PERSONAL_FILES
    ]
    for path in personal:
        machine.write(path, f"<p>{path}</p>\r\n".encode())
    return personal
