"""The folder `plugins` beside the tool that was unpacked from the zip: wheels of partners that take part from there.

Wheels stay as they are, so that the folder can be copied, compared and taken along to another server. At the start each
is unpacked into the user's own data folder, by its digest: beside the tool nothing need be writable.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import invalidate_caches
from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from omt_core.api import files as patient
from omt_core.api.errors import InputError
from omt_core.api.sentence import joined, sentence
from omt_core.plugin_host.errors import (
    PLUGIN_NEEDED,
    PLUGIN_NOT_ADDED,
    PLUGINS_FOLDER_NOT_WRITABLE,
    WHEEL_WITHOUT_PLUGIN,
)
from omt_core.plugin_host.faults import described
from omt_core.plugin_host.manager import GROUP, Candidate, PluginState
from omt_core.plugin_host.unpacked import top_of_the_zip
from omt_core.plugin_host.wheel import Present, Wheel, check_wheel, read_wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelFolder:
    """The folder of wheels, and the one that they are unpacked below."""

    folder: Path
    unpacked: Path

    @classmethod
    def of_this_installation(cls, data: Path) -> WheelFolder | None:
        """Return the folder beside the tool; None where the tool was installed otherwise, by pip, pipx or uv."""
        top = top_of_the_zip()
        if top is None:
            return None
        return cls(folder=top / "plugins", unpacked=data / "plugins")

    def use(self, disabled: Collection[str] = ()) -> tuple[Candidate, ...]:
        """Make all wheels importable, and return as broken plugins those that cannot be used, with the reason."""
        broken: list[Candidate] = []
        wheels: list[Wheel] = []
        for path in sorted(self.folder.glob("*.whl")):
            try:
                wheels.append(read_wheel(path))
            except Exception as error:  # noqa: BLE001 - one wheel, whatever is in it, shall not end every command
                broken.append(_broken(path.stem, path, error))
        here, there = self._search_path(), self._present()
        for wheel in wheels:
            try:
                check_wheel(wheel, [other for other in wheels if other is not wheel], there, here)
                packages = str(wheel.unpacked(self.unpacked))
            except Exception as error:  # noqa: BLE001 - as above
                broken += [_broken(name, wheel.path, error) for name in wheel.plugins or (wheel.name,)]
            else:
                if packages not in sys.path:
                    sys.path.append(packages)
        invalidate_caches()
        return tuple(replace(one, state=PluginState.DISABLED) if one.name in disabled else one for one in broken)

    def add(self, files: Sequence[Path]) -> Sequence[tuple[Wheel, Sequence[Wheel]]]:
        """Put wheels into the folder, all of them or none; return each with those whose place it takes.

        Raises `InputError` with the first reason against one of them.
        """
        new = [read_wheel(file) for file in files]
        before = self.wheels()
        after = new + [wheel for wheel in before if wheel.name not in {one.name for one in new}]
        for wheel in new:
            wheel.verify()
            if wheel not in _needed(after):
                raise WHEEL_WITHOUT_PLUGIN.error(
                    sentence(
                        "{wheel} brings no plugin (an entry point in the group {group}), and no plugin needs it.",
                        wheel=wheel.shown,
                        group=GROUP,
                    )
                )
        here, there = self._search_path(), self._present()
        for wheel in after:  # a newer version must not leave another wheel behind, either
            check_wheel(wheel, [other for other in after if other is not wheel], there, here)
        done = [(wheel, [one for one in before if one.name == wheel.name]) for wheel in new]
        gone = [old.path for _, olds in done for old in olds]
        targets = [self.folder / wheel.path.name for wheel in new]
        gone += [one for one in targets if one.exists() and not any(one.samefile(other) for other in gone)]
        self._exchange(gone, new)
        return done

    def remove(self, name: str) -> Sequence[Wheel]:
        """Take out the wheel of a plugin, by the plugin's or the wheel's own name, and those that only it needed.

        All of them go, or none. Raises `InputError`.
        """
        wheels = self.wheels()
        gone = [wheel for wheel in wheels if name in wheel.plugins or canonicalize_name(name) == wheel.name]
        if not gone:
            known = sorted({plugin for wheel in wheels for plugin in wheel.plugins})
            raise PLUGIN_NOT_ADDED.error(
                sentence("No wheel in {folder} brings a plugin {name}.", folder=self.folder, name=repr(name)),
                remedy=sentence(
                    "Added plugins: {known}. Those of the tool: use --disable-plugin NAME.",
                    known=", ".join(known) or "none",
                ),
            )
        kept = [wheel for wheel in wheels if wheel not in gone]
        needing = [
            wheel.shown for wheel in kept for need in wheel.requires if canonicalize_name(need.name) == gone[0].name
        ]
        if needing:
            raise PLUGIN_NEEDED.error(
                sentence("{gone} is needed by {needing}.", gone=gone[0].shown, needing=", ".join(needing)),
                remedy=sentence("Remove that one first."),
            )
        gone += [wheel for wheel in kept if wheel in _needed(wheels) and wheel not in _needed(kept)]
        self._exchange([wheel.path for wheel in gone], [])
        return gone

    def _exchange(self, gone: Sequence[Path], new: Sequence[Wheel]) -> None:
        """Take files out of the folder and put wheels in: all of it, or nothing. Raises `InputError`.

        What may fail for want of room is done first, under names that are no wheel's; what is left are new names.
        """
        parts = {self.folder / f"{wheel.path.name}.part": wheel for wheel in new}
        aside = [(path, path.with_name(f"{path.name}.old")) for path in gone]
        done: list[tuple[Path, Path]] = []
        try:
            self.folder.mkdir(exist_ok=True)
            for part, wheel in parts.items():
                part.write_bytes(wheel.contents())  # with the rights that the folder gives: whoever starts it must read
            for source, target in (*aside, *((part, part.with_suffix("")) for part in parts)):
                patient.replace(source, target)
                done.append((source, target))
        except OSError as error:
            for source, target in reversed(done):
                with suppress(OSError):
                    patient.replace(target, source)
            raise self._not_writable(error) from error
        finally:
            _remove_all(parts)
        _remove_all(target for _, target in aside)

    def wheels(self) -> list[Wheel]:
        """Return the wheels in the folder that can be read."""
        found = []
        for path in sorted(self.folder.glob("*.whl")):
            try:
                found.append(read_wheel(path))
            except InputError:  # said at the start, as a broken plugin
                continue
        return found

    def _search_path(self) -> list[str]:
        """Where the tool's own packages are found: without those of wheels."""
        return [one for one in sys.path if not Path(one).is_relative_to(self.unpacked)]

    def _present(self) -> Present:
        found = distributions(path=self._search_path())
        return {canonicalize_name(one.name): one.version for one in found if one.name}

    def _not_writable(self, error: OSError) -> InputError:
        return PLUGINS_FOLDER_NOT_WRITABLE.error(
            sentence(
                "The folder {folder} cannot be changed: {reason}.", folder=self.folder, reason=error.strerror or error
            )
        )


def _remove_all(files: Iterable[Path]) -> None:
    """Remove what is in nobody's way if it stays."""
    for file in files:
        with suppress(OSError):
            patient.remove(file)


def _needed(wheels: Sequence[Wheel]) -> list[Wheel]:
    """Return the wheels that bring plugins, and those that they need, however far away."""
    found = [wheel for wheel in wheels if wheel.plugins]
    for wheel in found:  # grows meanwhile
        names = {canonicalize_name(need.name) for need in wheel.requires}
        found += [other for other in wheels if other.name in names and other not in found]
    return found


def _broken(name: str, path: Path, error: Exception) -> Candidate:
    return Candidate(
        name=name,
        version="",
        source=f"plugins/{path.name}",
        default=False,
        state=PluginState.BROKEN,
        problem=joined([error.message, error.remedy], " ") if isinstance(error, InputError) else described(error),
    )
