"""The pictures of the wizard in the documentation: one of each screen and window at each width."""

from __future__ import annotations

import re
import struct

from tests.contract.checkout import ROOT

PICTURES = ROOT / "docs/wizard"
WIDTHS = (1280, 400)


def screens() -> set[str]:
    """The names of all screens and windows, from the page's own registry."""
    registry = (ROOT / "omt_core/wizard/static/js/core/screens.js").read_text(encoding="utf-8")
    lists = re.findall(r"^const (?:SCREENS|WINDOWS) = \[(.*?)\];", registry, re.DOTALL | re.MULTILINE)
    assert len(lists) == 2
    return {*re.findall(r'"([a-z-]+)"', "".join(lists)), "settings"}


def test_every_screen_and_window_has_a_picture_at_each_width_and_none_is_left_over() -> None:
    assert {path.name for path in PICTURES.glob("*.png")} == {
        f"{name}-{width}.png" for name in screens() for width in WIDTHS
    }


def test_the_pictures_are_as_wide_as_they_say() -> None:
    for picture in PICTURES.glob("*.png"):
        (width,) = struct.unpack(">I", picture.read_bytes()[16:20])
        assert width == int(picture.stem.rpartition("-")[2]), picture.name


def test_every_picture_at_the_first_width_is_in_the_guide() -> None:
    guide = (ROOT / "docs/how-to/use-the-wizard.md").read_text(encoding="utf-8")
    assert {name for name in screens() if f"../wizard/{name}-1280.png" not in guide} == set()
