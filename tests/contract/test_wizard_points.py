"""Each point of the original screens (W1 to W105) is cited by a test: there is one that says what became of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parents[1]
TABLE: Final = TESTS.parent / "docs/reference/wizard-points.md"
POINTS: Final = frozenset(range(1, 106))
_CITED: Final = re.compile(r"\bW(\d{1,3})\b(?:(?:-| to )W(\d{1,3})\b)?")


def cited(text: str) -> set[int]:
    """Return the points that a text cites, those within a range too."""
    found: set[int] = set()
    for first, last in _CITED.findall(text):
        found.update(range(int(first), int(last or first) + 1))
    return found


def test_every_point_is_cited_by_a_test() -> None:
    here = Path(__file__)
    texts = (file.read_text(encoding="utf-8") for file in TESTS.rglob("*.py") if file != here)
    missing = POINTS.difference(*map(cited, texts))
    assert sorted(missing) == []


def test_the_table_of_all_points_has_each_once_with_a_test_that_there_is() -> None:
    rows = re.findall(r"^\| (W[^|]+) \|.*\| `(\w+)` \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    told = sorted(point for points, _ in rows for point in cited(points))
    assert told == sorted(POINTS)
    known = {
        name
        for file in TESTS.rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {test for _, test in rows} - known == set()


def test_ranges_and_lists_are_read() -> None:
    assert cited("W1, W3-W5 and W7 to W9; W10x, XW11") == {1, 3, 4, 5, 7, 8, 9}
