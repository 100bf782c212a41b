"""Files that a command writes where a person names them: what is there already is never written over.

One rule for all of them: a file that is there and says something else stays as it is, and the new one stands beside it,
with a number behind its name. A long run is not refused at its end for it, and nothing that was edited is lost. Not of
this kind are a log, which goes on in its file, metrics, which a collector reads anew, and what a workspace holds.
"""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path

from omt_core.api import files
from omt_core.api.drives import refuse_missing
from omt_core.api.events import Notice
from omt_core.api.sentence import sentence
from omt_core.cli.console import Console
from omt_core.cli.errors import OUTPUT_NOT_A_FILE


def place_for(file: Path, content: bytes | None = None) -> Path:
    """Return where to write: the file itself, or one beside it that is not there yet or says the very same.

    A folder is told as such by whoever writes. Blocking. Raises as `refuse_device`.
    """
    refuse_device(file)
    beside = (file.with_name(f"{file.stem}-{number}{file.suffix}") for number in count(1))
    return next(one for one in chain((file,), beside) if not one.is_file() or _says(one, content))


def refuse_device(file: Path) -> None:
    """Refuse what is there and no file: what is written whole would take its place, that of /dev/null say.

    Raises `InputError` `output-not-a-file`, and another one where the drive is not there.
    """
    refuse_missing(file)
    if file.exists() and not (file.is_file() or file.is_dir()):
        raise OUTPUT_NOT_A_FILE.error(sentence("{file} is a device or a pipe, and no file.", file=file))


def write_beside(console: Console, file: Path, content: bytes) -> Path:
    """Write a file, whole or not at all, and return where; that another was there is said. Raises `OSError`."""
    place = place_for(file, content)
    files.write_whole(place, content)
    say_place(console, file, place)
    return place


def say_place(console: Console, file: Path, place: Path) -> None:
    """Say where it was written if that is not where it was asked for, to a person and to a program."""
    if place != file:
        told = sentence("{file} is there already and stays as it is: the new one is {place}.", file=file, place=place)
        console.print(told)
        console.event(Notice(message=told))


def _says(file: Path, content: bytes | None) -> bool:
    try:
        return content is not None and file.read_bytes() == content
    except OSError:
        return False
