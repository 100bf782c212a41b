"""The files of this checkout that guard tests look at."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("omt_core", "plugins", "contrib", "docs", "benchmarks", "packaging_windows")
NOT_OURS = {"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", "node_modules", "build", "dist"}


def python_files(*folders: str) -> list[Path]:
    """Return all Python files below the folders, sorted."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if not NOT_OURS & set(path.parts))


def shown(path: Path) -> str:
    """Return a path as a person would name it."""
    return path.relative_to(ROOT).as_posix()
