"""The directory of a simulated installation: prepared anew, but never over somebody else's files."""

from __future__ import annotations

from pathlib import Path

from omt_core.api import InputError, drives, sentence
from omt_core.api.files import is_link, remove, remove_tree
from omt_simulator.errors import SIMULATION_EXISTS, SIMULATION_NOT_WRITABLE
from omt_simulator.spec import SimulationError

MARKER = ".omt-simulation"
"""Written first, so that a half-built installation is known as one too."""

TRUTH = "truth.json"
"""Written last and removed first: where it is, a simulation is whole."""

ENTRIES = (TRUTH, "machine", "answers.toml", "password.txt", "licence-change.sql")


def prepare_directory(directory: Path, *, overwrite: bool) -> None:
    """Make the directory empty and ours. Raises SimulationError when it holds what the simulator did not make.

    A simulation that was finished is a person's by now, who may have changed its answers or migrated it: InputError
    `simulation-exists`, unless they say to `overwrite` it. One that is half built is built anew.
    """
    drives.refuse_missing(directory)
    if not overwrite and (directory / MARKER).is_file() and (directory / TRUTH).is_file():
        raise SIMULATION_EXISTS.error(
            sentence("{folder} holds a simulated installation already, and it is not overwritten.", folder=directory)
        )
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()) and not (directory / MARKER).is_file():
        raise SimulationError(
            sentence("{folder} is not empty and holds no simulation: choose another directory.", folder=directory)
        )
    (directory / MARKER).write_text("Made by omt simulate, which builds it anew with --overwrite.\n", encoding="utf-8")
    for name in ENTRIES:
        entry = directory / name
        if entry.is_dir() and not is_link(entry):
            remove_tree(entry)
        else:
            remove(entry)


def not_writable(directory: Path, error: OSError) -> InputError:
    """Say which file below a directory of ours cannot be made, and what to do."""
    return SIMULATION_NOT_WRITABLE.error(
        sentence(
            "{filename} cannot be written: {reason}.",
            filename=error.filename or directory,
            reason=error.strerror or error,
        )
    )
