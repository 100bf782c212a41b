"""The archives that transfers are measured with: the same ones each time."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path

_FOLDER_FILES = 500
_LARGEST = 4_000_000
_PIECE = 4 << 20


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder with `files` files of `size` bytes, of which `unique` bytes are in the first file of their content."""

    folder: Path
    files: int
    size: int
    unique: int


def small_files(folder: Path, files: int, mean_size: int, *, duplicates: float = 0.0, first: int = 0) -> Archive:
    """Write files of log-normal sizes, a tenth of them text; the part `duplicates` of them has an earlier content.

    With another `first` number the sizes are the same, and the contents others.
    """
    chance = random.Random(1)  # noqa: S311 - the same archive each time, not a secret
    written = unique = 0
    firsts: list[Path] = []
    for number in range(first, first + files):
        path = folder / f"{number // _FOLDER_FILES:04}" / f"{number:07}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        if firsts and chance.random() < duplicates:
            path.write_bytes(chance.choice(firsts).read_bytes())
        else:
            size = min(int(chance.lognormvariate(0, 1) * mean_size / 1.65), _LARGEST)
            path.write_bytes(b"%016d" % number + (os.urandom(size) if number % 10 else b"text " * (size // 5)))
            unique += path.stat().st_size
            firsts.append(path)
        written += path.stat().st_size
    return Archive(folder, files, written, unique)


def text_files(folder: Path, files: int, mean_size: int) -> Archive:
    """Write letters, web pages and tables of words that occur as often as words do."""
    chance = random.Random(1)  # noqa: S311 - the same archive each time, not a secret
    words, weights = word_list(chance)
    written = 0
    for number in range(files):
        path = folder / f"{number // _FOLDER_FILES:04}" / f"{number:07}.htm"
        path.parent.mkdir(parents=True, exist_ok=True)
        size = min(int(chance.lognormvariate(0, 1) * mean_size / 1.65), _LARGEST)
        text = " ".join(chance.choices(words, weights, k=size // 6 + 1))
        path.write_text(f"<html><body><p>{number}</p><p>{text}</p></body></html>\n", encoding="utf-8")
        written += path.stat().st_size
    return Archive(folder, files, written, written)


def word_list(chance: random.Random) -> tuple[list[str], list[float]]:
    """Return words, and how often each occurs."""
    letters = "eeeeennnniiirrrssstttaaadddlllooogggkkmmuuffvvphhbjyåæø"
    words = ["".join(chance.choices(letters, k=chance.randrange(2, 12))) for _ in range(20_000)]
    return words, [1 / (place + 8) for place in range(len(words))]


def large_files(folder: Path, files: int, size: int) -> Archive:
    """Write files of random bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        with (folder / f"{number:07}.bin").open("wb") as file:
            for begin in range(0, size, _PIECE):
                file.write(os.urandom(min(_PIECE, size - begin)))
    return Archive(folder, files, files * size, files * size)


def archive_in(folder: Path) -> Archive:
    """Count the files of a folder that is there."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Archive(folder, len(sizes), sum(sizes), sum(sizes))
