"""What was planted, told item by item; everything else is told in counts, so that the file stays small."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FORMAT = "omt-simulation-truth/1"


class Truth:
    """Collects what is planted. Memory grows with what is planted, not with the installation."""

    def __init__(self) -> None:
        self.plants: dict[str, list[dict[str, Any]]] = {}

    def plant(self, slug: str, *subjects: object, **facts: object) -> None:
        """Tell one item. `subjects` are what a finding about it has to name: ids, logins, paths or table names."""
        self.plants.setdefault(slug, []).append({"subjects": [str(subject) for subject in subjects], **facts})

    def told(self) -> dict[str, Any]:
        """Return the plants with their counts."""
        return {slug: {"count": len(items), "items": items} for slug, items in sorted(self.plants.items())}


def write_truth(path: Path, truth: Mapping[str, Any]) -> None:
    """Write `truth.json`, readable for people."""
    path.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
