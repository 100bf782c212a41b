"""`omt plugins new`: a plugin of one's own to begin with, as a distribution with tests, types and CI."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

from omt_core.api.sentence import sentence
from omt_core.cli.errors import PLUGIN_FOLDER_NOT_EMPTY, PLUGIN_FOLDER_NOT_WRITABLE, PLUGIN_NAME_UNUSABLE
from omt_core.plugin_host.errors import PLUGIN_NAME_TAKEN
from omt_core.plugin_host.findings import CORE

_TEMPLATES: Final = resources.files("omt_core.cli.own_plugin") / "template"
LONGEST: Final = 40
"""The longest name, in letters: so the template's lines stay lines."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_.]+[A-Za-z0-9]+)*")
"""A name of PEP 503 that, written with underscores, is one of a module too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginName:
    """One name, as a module and a plugin, as words in a class and as a distribution have it."""

    module: str

    @property
    def hyphens(self) -> str:
        """As finding codes begin with it."""
        return self.module.replace("_", "-")

    @property
    def words(self) -> str:
        """As the plugin's class begins with it."""
        return "".join(word.capitalize() for word in self.module.split("_"))

    @property
    def distribution(self) -> str:
        """As pip knows it."""
        return f"omt-{self.hyphens}"


def plugin_name(text: str, plugins: Collection[str]) -> PluginName:
    """Read the name of a new plugin. `plugins` are the names that are taken. Raises `InputError`."""
    name = PluginName(module=re.sub(r"[-_.]+", "_", text).lower())
    if _NAME.fullmatch(text) is None or len(text) > LONGEST or keyword.iskeyword(name.module):
        raise PLUGIN_NAME_UNUSABLE.error(
            sentence("{text} cannot be the name of a plugin.", text=repr(text)),
            remedy=sentence(
                "Take at most {number} letters and digits, in words joined by hyphens or underscores, and begin"
                " with a letter: `call_notes`.",
                number=LONGEST,
            ),
        )
    if name.module in {CORE, *plugins} or name.module in sys.stdlib_module_names or _is_module(name.module):
        raise PLUGIN_NAME_TAKEN.error(
            sentence("There is a plugin or a module of the name {module} already.", module=repr(name.module))
        )
    return name


def write_plugin(name: PluginName, folder: Path) -> list[Path]:
    """Write the distribution into a folder that is new or empty, and return its files. Raises `InputError`."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise PLUGIN_FOLDER_NOT_EMPTY.error(
                sentence("{folder} is there already, and nothing in it is overwritten.", folder=folder)
            )
        written = []
        for path, text in _files(name).items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            written.append(file)
    except OSError as error:
        raise PLUGIN_FOLDER_NOT_WRITABLE.error(
            sentence("The plugin cannot be written to {folder}: {reason}.", folder=folder, reason=error.strerror)
        ) from error
    return written


def _files(name: PluginName) -> Mapping[str, str]:
    return {
        "pyproject.toml": _filled("pyproject.toml", name),
        "README.md": _filled("README.md", name),
        f"{name.module}/__init__.py": _filled("plugin.py", name),
        f"{name.module}/py.typed": "",
        f"tests/test_{name.module}.py": _filled("test_plugin.py", name),
        ".github/workflows/tests.yml": _filled("tests.yml", name),
    }


def _filled(template: str, name: PluginName) -> str:
    text = (_TEMPLATES / f"{template}.template").read_text(encoding="utf-8")
    return Template(text).substitute(
        module=name.module, hyphens=name.hyphens, words=name.words, distribution=name.distribution
    )


def _is_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
