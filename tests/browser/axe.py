"""axe-core, which finds what assistive technology would stumble over."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.npm import install_packages

SCHEMES = ("light", "dark")
_LOOK = """() => axe.run(document, {resultTypes: ["violations"], preload: false, runOnly: {type: "tag", values:
  ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}).then((result) => result.violations.map(
  (one) => `${one.id}: ${one.help}\\n` + one.nodes.map((node) =>
    `    ${node.target.join(" ")}\\n      ${node.failureSummary.replace(/\\n/g, "\\n      ")}`).join("\\n")))"""

_AT_ONCE = "*, *::before, *::after { transition: none !important; }"
"""Colours that are on their way from one scheme to the other belong to neither."""


class Axe:
    """Looks at pages in light and dark, and keeps what it finds with the name of what it looked at."""

    def __init__(self, folder: Path) -> None:
        install_packages(Path(__file__).parent, folder)
        self._source = (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
        self.found: list[str] = []

    def look(self, page: Page, name: str) -> None:
        """Look at the whole page as it is now. Its context must let a style be written into it: `bypass_csp`."""
        if not page.evaluate("'axe' in globalThis"):
            page.evaluate(self._source)
            page.add_style_tag(content=_AT_ONCE)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            violations = page.evaluate(_LOOK)
            if violations:
                self.found += [f"{name}, {scheme}", *violations]
