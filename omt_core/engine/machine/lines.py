"""What the core itself says of this machine: Python, plugins, workspace, disk, and what Windows may do at night."""

from __future__ import annotations

import getpass
import ntpath
import platform
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from omt_core.api.drives import ABSENT, REMOTE
from omt_core.api.installation import Installation
from omt_core.api.machine import MachineCheck, MachineState, may_write
from omt_core.api.sentence import plural, sentence
from omt_core.api.text import byte_size, listing
from omt_core.engine.machine.windows import HIBERNATION, SLEEP, Windows
from omt_core.plugin_host import CORE, PluginHost, PluginState
from omt_core.version import __version__

OK, WARNING, ERROR, NOT_CHECKED = MachineState.OK, MachineState.WARNING, MachineState.ERROR, MachineState.NOT_CHECKED

_FILE_SYSTEM: Final = r"SYSTEM\CurrentControlSet\Control\FileSystem"
_EXCLUSIONS: Final = r"SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths"
_CRM_CLIENTS: Final = frozenset({"socrm.exe", "superoffice.exe"})
"""Names of the Windows client's process. ND: the vendor's pages name the first alone."""
_ROOM: Final = 2
"""Free space that is less than so many times what is needed is a warning: others write to the disk too."""
_BITS_WANTED: Final = 64


def line(name: str, state: MachineState, message: str, remedy: str = "") -> MachineCheck:
    """Make a line of the core's own."""
    return MachineCheck(name=name, state=state, message=message, remedy=remedy, plugin=CORE)


def python() -> Iterator[MachineCheck]:
    """Look at the Python that runs this."""
    bits = 64 if sys.maxsize > 2**32 else 32
    message = sentence(
        "The tool {version} runs in Python {python}, {bits} bit.",
        version=__version__,
        python=platform.python_version(),
        bits=bits,
    )
    if bits == _BITS_WANTED:
        yield line("python", OK, message)
    else:
        remedy = sentence("Take a Python of 64 bit: this one has little memory, and sees ODBC drivers of 32 bit alone.")
        yield line("python", WARNING, message, remedy)


def plugins(host: PluginHost) -> Iterator[MachineCheck]:
    """Say which plugins take part, and which should and do not."""
    for finding in host.inactive_findings():
        yield line("plugins", ERROR, finding.message, finding.remedy)
    active = [plugin for plugin in host.plugins if plugin.state is PluginState.ACTIVE]
    partners = [f"{plugin.name} {plugin.version}" for plugin in active if not plugin.default]
    own = len(active) - len(partners)
    told = sentence("{own} plugins of the tool take part.", own=own)
    if partners:
        told = sentence("{own} plugins of the tool take part, and of others {others}.", own=own, others=partners)
    yield line("plugins", OK, told)


def workspace(folder: Path, windows: Windows | None) -> Iterator[MachineCheck]:
    """Tell whether the migration's folder can be written, or made."""
    there = nearest(folder)
    if not there.is_dir():
        yield line(
            "workspace",
            ERROR,
            sentence("The workspace cannot be in {folder}: {there} is no folder.", folder=folder, there=there),
            sentence("Give another --workspace."),
        )
    elif not may_write(there):
        yield line(
            "workspace",
            ERROR,
            sentence("The account that runs the tool may not write to {there}, where the workspace is.", there=there),
            sentence("Mend the rights there, or give another --workspace."),
        )
    elif windows is not None and _share(folder, windows) is not None:
        yield line(
            "workspace",
            WARNING,
            sentence("The workspace {folder} is on a share, and ends the night when that drops out.", folder=folder),
            sentence("Give a --workspace on a disk of this machine."),
        )
    else:
        yield line("workspace", OK, sentence("The workspace {folder} can be written.", folder=folder))


def disk(folder: Path, lines: Iterable[MachineCheck]) -> Iterator[MachineCheck]:
    """Hold what the lines of all plugins need of the workspace's disk against what is free."""
    needed = sum(max(0, one.workspace_bytes) for one in lines)
    free = shutil.disk_usage(nearest(folder)).free
    message = sentence(
        "{free} are free where the workspace is; the night takes about {needed}.",
        free=byte_size(free),
        needed=byte_size(needed),
    )
    state = ERROR if free < needed else WARNING if free < _ROOM * needed else OK
    yield line(
        "disk",
        state,
        message,
        "" if state is OK else sentence("Make room there, or give a --workspace on another disk."),
    )


def long_paths(windows: Windows | None) -> Iterator[MachineCheck]:
    """Look at whether Windows lets programs open long paths."""
    if windows is None:
        yield _elsewhere("long-paths", sentence("Paths may be long here: only Windows limits them."))
    elif windows.number(_FILE_SYSTEM, "LongPathsEnabled") == 1:
        yield line("long-paths", OK, sentence("Windows lets programs open paths of more than 259 characters."))
    else:
        yield line(
            "long-paths",
            WARNING,
            sentence(
                "Windows refuses programs paths of more than 259 characters, unless they ask for each in a special way."
            ),
            sentence(
                "As an administrator, set LongPathsEnabled in {key} to 1; it holds for programs that are started "
                "afterwards.",
                key=f"HKEY_LOCAL_MACHINE\\{_FILE_SYSTEM}",
            ),
        )


def sleep(windows: Windows | None) -> Iterator[MachineCheck]:
    """Look at what may end the night with a machine that sleeps."""
    if windows is None:
        yield line("sleep", NOT_CHECKED, sentence("When the machine goes to sleep is asked of Windows alone."))
        return
    if windows.on_battery():
        yield line(
            "sleep", WARNING, sentence("The machine runs on its battery."), sentence("Plug it in for the night.")
        )
    times = {"standby": windows.idle_seconds(SLEEP), "hibernate": windows.idle_seconds(HIBERNATION)}
    for word, seconds in times.items():
        if seconds:
            told = sentence(
                "Windows goes into sleep after {minutes:g} minutes without input."
                if word == "standby"
                else "Windows goes into hibernation after {minutes:g} minutes without input.",
                minutes=seconds / 60,
            )
            yield line(
                "sleep", WARNING, told, sentence("Run `powercfg /change {word}-timeout-ac 0` for the night.", word=word)
            )
    if None in times.values():
        yield line(
            "sleep",
            NOT_CHECKED,
            sentence("Windows did not say when it goes to sleep."),
            sentence("See Power options in the control panel: for the night it is never."),
        )
    elif not any(times.values()):
        yield line("sleep", OK, sentence("Windows does not go to sleep by itself."))


def sessions() -> Iterator[MachineCheck]:
    """Say who else works on this machine, and whether the CRM's client runs on it."""
    import psutil  # noqa: PLC0415 - every command loads this module, and this line alone needs it

    def name(process: psutil.Process) -> str:
        try:
            return process.name()
        except (psutil.Error, OSError):  # it ends just now, or is none of this account's business
            return ""

    own = getpass.getuser().casefold()
    others = sorted({user.name for user in psutil.users() if user.name.casefold() != own}, key=str.casefold)
    clients = sum(name(process).casefold() in _CRM_CLIENTS for process in psutil.process_iter())
    if others:
        yield line(
            "sessions",
            WARNING,
            sentence("Others are logged on to this machine: {others}.", others=listing(others)),
            sentence("Have them log off before the night: what they change in the CRM after its start stays behind."),
        )
    if clients:
        yield line(
            "sessions",
            WARNING,
            plural(
                clients,
                "The CRM's Windows client runs on this machine.",
                "The CRM's Windows client runs on this machine, {number:,} times.",
            ),
            sentence("Have it closed before the night."),
        )
    if not others and not clients:
        yield line("sessions", OK, sentence("Nobody else is logged on to this machine, and no CRM client runs on it."))


def drives(installation: Installation | None, windows: Windows | None) -> Iterator[MachineCheck]:
    """Look at the drive letters that the installation's folders are on: those of shares belong to one logon only."""
    if windows is None:
        yield _elsewhere("mapped-drives", sentence("There are no drive letters on this system."))
        return
    if installation is None:
        yield line(
            "mapped-drives",
            NOT_CHECKED,
            sentence("Which drives the archive is on is not known without an installation."),
        )
        return
    found = False
    for drive in sorted({drive for folder in folders_of(installation) if (drive := _letter(folder))}):
        kind, share = windows.drive_type(drive), windows.share_of(drive)
        remedy = sentence(
            "Give {share} in place of {drive} in the section [installation] of the answers file."
            if share
            else "Give the share's own name, as \\\\server\\share, in place of {drive} in the section [installation] "
            "of the answers file.",
            share=share,
            drive=drive,
        )
        if kind == ABSENT:
            found = True
            yield line(
                "mapped-drives",
                ERROR,
                sentence("The drive {drive} is not there for the account that runs this.", drive=drive),
                remedy,
            )
        elif kind == REMOTE:
            found = True
            yield line(
                "mapped-drives",
                WARNING,
                sentence(
                    "The drive {drive} stands for a share in this logon alone: neither a tool that is run as "
                    "administrator nor a scheduled one has it.",
                    drive=drive,
                ),
                remedy,
            )
    if not found:
        yield line("mapped-drives", OK, sentence("No folder of the installation is on a mapped drive."))


def scanner(installation: Installation | None, folder: Path, windows: Windows | None) -> Iterator[MachineCheck]:
    """Name the folders that a virus scanner should leave alone; only Windows' own says whether it does."""
    if windows is None:
        yield line("virus-scanner", NOT_CHECKED, sentence("Virus scanners are looked for on Windows alone."))
        return
    mine = ntpath.normcase(str(folder))
    excluded = [ntpath.normcase(one).rstrip("\\") for one in windows.names(_EXCLUSIONS) or ()]
    if any(mine == one or mine.startswith(f"{one}\\") for one in excluded):
        yield line("virus-scanner", OK, sentence("Windows Defender leaves the workspace alone."))
        return
    shown = [str(folder), *(str(one) for one in (() if installation is None else folders_of(installation)))]
    yield line(
        "virus-scanner",
        OK,
        sentence(
            "A virus scanner that reads along makes the night longer, and may hold files that the tool just wrote."
        ),
        sentence("Where your rules allow it, exclude for the night: {shown}.", shown=listing(shown, 10)),
    )


def known_installation(installation: Installation | None, why_not: str) -> Iterator[MachineCheck]:
    """Say which installation the others looked at."""
    if installation is None:
        yield line(
            "installation",
            NOT_CHECKED,
            sentence("No installation is known, so what belongs to it was not looked at. {why_not}", why_not=why_not),
            sentence("Run this where the tool will run, with the answers of the night as --answers."),
        )
    else:
        database = installation.database
        place = " on ".join(one for one in (database.database or database.prefix, database.server) if one)
        yield line(
            "installation",
            OK,
            sentence("The installation has its database in {dbms}: {place}.", dbms=database.dbms, place=place),
        )


def folders_of(installation: Installation) -> Sequence[Path]:
    """Return all folders that an installation names."""
    service = installation.service
    named = chain(
        installation.archives,
        (installation.templates, service.base, service.attachments, service.templates, service.texts),
    )
    return list(dict.fromkeys(folder for folder in named if folder is not None))


def nearest(folder: Path) -> Path:
    """Return the folder, or the first above it that is there."""
    return next((one for one in (folder, *folder.parents) if one.exists()), Path(folder.anchor))


def _letter(folder: Path) -> str:
    drive = ntpath.splitdrive(str(folder))[0]
    return drive.upper() if len(drive) == 2 and drive[1] == ":" else ""  # noqa: PLR2004 - such as C:


def _share(folder: Path, windows: Windows) -> str | None:
    drive = ntpath.splitdrive(str(folder))[0]
    if drive.startswith("\\\\") and not drive.startswith("\\\\?\\"):
        return drive
    letter = _letter(folder)
    return letter if letter and windows.drive_type(letter) == REMOTE else None


def _elsewhere(name: str, message: str) -> MachineCheck:
    """Say of what belongs to Windows that there is nothing to be done on this system."""
    return line(name, OK, message)
