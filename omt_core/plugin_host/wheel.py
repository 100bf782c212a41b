"""A partner's wheel: read, held against this Python and against what is there already, and unpacked.

A wheel is unpacked into a folder of its own, which stands last on the search path: it can take the place of nothing.
What the tool, Python or another wheel would hide is refused, since it would break where it is imported.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
import zlib
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as NotConfiguration
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from importlib.machinery import PathFinder
from importlib.metadata import distributions
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.exceptions import InstallerError
from installer.records import RecordEntry
from installer.sources import WheelFile
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, sys_tags
from packaging.utils import InvalidWheelFilename, NormalizedName, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from omt_core.api.errors import InputError
from omt_core.api.files import remove_tree, replace
from omt_core.api.sentence import sentence
from omt_core.plugin_host.errors import (
    PLUGIN_NAME_TAKEN,
    WHEEL_DAMAGED,
    WHEEL_FOR_ANOTHER_PYTHON,
    WHEEL_IN_THE_WAY,
    WHEEL_NEEDS_OTHERS,
    WHEEL_NOT_UNPACKED,
    WHEEL_UNREADABLE,
)
from omt_core.plugin_host.manager import GROUP

Present = Mapping[NormalizedName, str]
"""The distributions that are there, and their versions."""

_UNREADABLE: Final = (
    BadZipFile, EOFError, InstallerError, KeyError, NotConfiguration, OSError, RuntimeError, ValueError, zlib.error,
)  # fmt: skip
"""What the libraries raise for a file that is no wheel, or not a whole one: `RuntimeError` for an encrypted entry and,
as `NotImplementedError`, for an unknown packing; `ValueError` also as `UnicodeError`."""

_OF_A_DISTRIBUTION: Final = (".dist-info", ".egg-info")
"""How the name ends below which Python looks for what a distribution says of itself, in any case of its letters."""

_SCHEMES: Final = ("purelib", "platlib")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel file, as it says of itself. `plugins`: the names of its entry points. `files`: what can be imported.

    `requires`: what it needs here, by the markers of its requirements.
    """

    path: Path
    name: NormalizedName
    version: Version
    tags: frozenset[Tag]
    plugins: tuple[str, ...]
    requires: tuple[Requirement, ...]
    python: SpecifierSet
    files: frozenset[str]

    @property
    def shown(self) -> str:
        """Name and version, as `omt plugins` shows them."""
        return f"{self.name} {self.version}"

    @property
    def tops(self) -> Mapping[str, bool]:
        """The names that it adds to what can be imported, and whether each is whole: no part of a namespace."""
        names: dict[str, bool] = {}
        for file in self.files:
            top, _, rest = file.partition("/")
            if not rest and not top.endswith((".py", ".pyd", ".so")):
                continue
            name = top.partition(".")[0]
            names[name] = names.get(name, False) or not rest or rest == "__init__.py"
        return names

    def unpacked(self, folder: Path) -> Path:
        """Return where its packages are, below the folder; unpacked now if they are not yet, or not whole any longer.

        Raises `InputError` `wheel-unreadable`, `wheel-damaged` and `wheel-not-unpacked`.
        """
        target = folder / hashlib.sha256(self.contents()).hexdigest()[:16]
        packages = target / "packages"
        if self._is_whole(packages):
            return packages
        aside = folder / f".{secrets.token_hex(4)}"
        places = {scheme: str(aside / ("packages" if scheme in _SCHEMES else "beside")) for scheme in _ALL_SCHEMES}
        self.verify()
        try:
            with WheelFile.open(self.path) as source:
                install(source, SchemeDictionaryDestination(places, sys.executable, "posix"), {})
            remove_tree(target)
            replace(aside, target)
        except _UNREADABLE as error:
            with suppress(OSError):
                remove_tree(aside)
            if not self._is_whole(packages):  # another process may have been faster
                raise WHEEL_NOT_UNPACKED.error(
                    sentence(
                        "The wheel {path} cannot be unpacked into {folder}: {reason}.",
                        path=self.path.name,
                        folder=folder,
                        reason=error,
                    )
                ) from error
        return packages

    def contents(self) -> bytes:
        """Return the file's bytes. Raises `InputError` `wheel-unreadable`."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def _is_whole(self, packages: Path) -> bool:
        """Tell whether all that was unpacked is there: a power loss or a virus scanner may have taken some of it."""
        try:
            with WheelFile.open(self.path) as source:
                for record, _, _ in source.get_contents():
                    inside = _inside(record[0], source)
                    if inside.startswith(f"{source.data_dir}/"):  # a script or a manual page
                        continue
                    with (packages / inside).open("rb") as file:
                        if not RecordEntry.from_elements(*record).validate_stream(file):
                            return False
        except _UNREADABLE:
            return False
        return True

    def verify(self) -> None:
        """Hold every file in it against the wheel's own list. Raises `InputError` `wheel-damaged`."""
        try:
            with WheelFile.open(self.path) as source:
                source.validate_record()
        except _UNREADABLE as error:
            raise WHEEL_DAMAGED.error(
                sentence("The wheel {path} is not as it was built: {reason}.", path=self.path.name, reason=error)
            ) from error


_ALL_SCHEMES: Final = (*_SCHEMES, "headers", "scripts", "data")


def _inside(path: str, source: WheelFile) -> str:
    """Return where a file of a wheel is, below the folder that its packages are unpacked to."""
    for scheme in _SCHEMES:
        path = path.removeprefix(f"{source.data_dir}/{scheme}/")
    return path


def read_wheel(path: Path) -> Wheel:
    """Read what a wheel says of itself. Raises `InputError` `wheel-unreadable`."""
    try:
        name, version, _, tags = parse_wheel_filename(path.name)
        with WheelFile.open(path) as source:
            told = HeaderParser().parsestr(source.read_dist_info("METADATA"))
            points = ConfigParser(delimiters=("=",), interpolation=None)
            points.optionxform = str  # type: ignore[assignment,method-assign]  # as the library's manual says to do
            if "entry_points.txt" in source.dist_info_filenames:
                points.read_string(source.read_dist_info("entry_points.txt"))
            files = [_inside(record[0], source) for record, _, _ in source.get_contents()]
            own = (f"{source.dist_info_dir}/", f"{source.data_dir}/")
        files = [file for file in files if not file.startswith(own)]
        _check_is_one(name, version, told, files)
        needs = [Requirement(line) for line in told.get_all("Requires-Dist", [])]
        return Wheel(
            path=path,
            name=name,
            version=version,
            tags=tags,
            plugins=tuple(points[GROUP]) if points.has_section(GROUP) else (),
            requires=tuple(one for one in needs if one.marker is None or one.marker.evaluate({"extra": ""})),
            python=SpecifierSet(str(told.get("Requires-Python", ""))),
            files=frozenset(files),
        )
    except (*_UNREADABLE, InvalidWheelFilename, InvalidRequirement, InvalidSpecifier, InvalidVersion) as error:
        raise _unreadable(path, error) from error


def _check_is_one(name: NormalizedName, version: Version, told: Message, files: Sequence[str]) -> None:
    """See that the wheel is the one distribution that its file's name says. Raises `ValueError`.

    Once unpacked a plugin is known by what the metadata says: under another name it could pass for one of the tool's.
    """
    told_name, told_version = str(told.get("Name", "")), str(told.get("Version", ""))
    if canonicalize_name(told_name) != name or Version(told_version) != version:
        raise ValueError(f"its metadata is that of {told_name} {told_version}")
    inner = sorted(
        top for top in {file.partition("/")[0] for file in files} if top.lower().endswith(_OF_A_DISTRIBUTION)
    )
    if inner:
        raise ValueError(f"it has another distribution in it, {inner[0]}")


def _unreadable(path: Path, error: Exception) -> InputError:
    return WHEEL_UNREADABLE.error(
        sentence("The file {path} is no wheel that can be read: {reason}.", path=path, reason=error)
    )


def check_wheel(wheel: Wheel, others: Sequence[Wheel], present: Present, search_path: Sequence[str]) -> None:
    """Hold a wheel against this Python, what is there and the other wheels. Raises `InputError`.

    `present` and `search_path` are those of the tool itself, without any wheel.
    """
    _check_python(wheel)
    _check_names(wheel, others, present, search_path)
    missing = sorted(
        str(one.name) + str(one.specifier)
        for one in wheel.requires
        if not any(one.specifier.contains(version, prereleases=True) for version in _versions(one, others, present))
    )
    if missing:
        raise WHEEL_NEEDS_OTHERS.error(
            sentence("{wheel} needs {missing}, which is not there.", wheel=wheel.shown, missing=", ".join(missing))
        )


def _versions(need: Requirement, others: Sequence[Wheel], present: Present) -> list[str]:
    name = canonicalize_name(need.name)
    here = [present[name]] if name in present else []
    return here + [str(other.version) for other in others if other.name == name]


def _check_python(wheel: Wheel) -> None:
    here = ".".join(map(str, sys.version_info[:3]))
    tags = list(sys_tags())
    if wheel.tags.isdisjoint(tags) or not wheel.python.contains(here, prereleases=True):
        made_for = ", ".join(sorted(map(str, wheel.tags)))
        if wheel.python:
            made_for = sentence("{tags} and Python {versions}", tags=made_for, versions=wheel.python)
        raise WHEEL_FOR_ANOTHER_PYTHON.error(
            sentence(
                "{wheel} is made for {made_for}; this is Python {here}, {tags}.",
                wheel=wheel.shown,
                made_for=made_for,
                here=here,
                tags=tags[0],
            )
        )


def _check_names(wheel: Wheel, others: Sequence[Wheel], present: Present, search_path: Sequence[str]) -> None:
    holders = [(plugin, other.shown) for other in others for plugin in other.plugins]
    holders += [
        (point.name, f"{one.name} {one.version}")
        for one in distributions(path=list(search_path))
        for point in one.entry_points
        if point.group == GROUP
    ]
    for plugin, holder in holders:
        if plugin in wheel.plugins:
            raise PLUGIN_NAME_TAKEN.error(
                sentence(
                    "{wheel} brings a plugin {plugin}, which is the name of one from {holder}.",
                    wheel=wheel.shown,
                    plugin=repr(plugin),
                    holder=holder,
                ),
                remedy=sentence(
                    "Give it a name of its own; to replace one of the tool's set core.replace. Of two wheels remove"
                    " one."
                ),
            )
    hidden = _hidden_by(wheel, others, present, search_path)
    if hidden is not None:
        raise WHEEL_IN_THE_WAY.error(
            sentence(
                "{wheel} would take the place of something that is there: {hidden}.", wheel=wheel.shown, hidden=hidden
            )
        )


def _hidden_by(wheel: Wheel, others: Sequence[Wheel], present: Present, search_path: Sequence[str]) -> str | None:
    if wheel.name in present:
        return f"{wheel.name} {present[wheel.name]}"
    for name, whole in sorted(wheel.tops.items()):
        if name in sys.stdlib_module_names:
            return sentence("{name} of Python", name=name)
        spec = PathFinder.find_spec(name, list(search_path))
        if spec is not None and (whole or spec.origin is not None):
            return sentence("{name} of the tool", name=name)
        same = [other.shown for other in others if name in other.tops and (whole or other.tops[name])]
        if same:
            return sentence("{name} of {wheel}", name=name, wheel=same[0])
    return None
