"""Wheels as a partner's build makes them."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def make_wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    files: Mapping[str, str] | None = None,
    plugins: Mapping[str, str] | None = None,
    requires: Sequence[str] = (),
    python: str = ">=3.11",
    tag: str = "py3-none-any",
    told: tuple[str, str] | None = None,
    compression: int = zipfile.ZIP_STORED,
) -> Path:
    """Write a wheel and return its path. Without `files` it has one package of its own name, with a plugin in it.

    `told`: the name and the version in its metadata, where they are others than in the file's name.
    """
    info = f"{name}-{version}.dist-info"
    if files is None:
        files = {f"{name}/__init__.py": "from omt_core.api import Plugin\n\n\nclass Rule(Plugin):\n    pass\n"}
    told_name, told_version = told or (name, version)
    metadata = f"Metadata-Version: 2.1\nName: {told_name}\nVersion: {told_version}\nRequires-Python: {python}\n"
    metadata += "".join(f"Requires-Dist: {one}\n" for one in requires)
    contents = {
        **files,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    if plugins:
        points = "".join(f"{key} = {value}\n" for key, value in plugins.items())
        contents[f"{info}/entry_points.txt"] = f"[omt.plugins]\n{points}"
    record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in contents.items())
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(target, "w", compression) as file:
        for path, text in contents.items():
            file.writestr(path, text)
        file.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return target


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
