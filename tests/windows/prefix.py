"""A Wine prefix with Windows' Python, the tool and these tests in it, kept between runs and made anew where it changed.

What is kept lies in `/var/tmp/omt-tests-windows-UID` (of whom it runs as), or where OMT_TEST_WINDOWS says. Each part
has a stamp, the hash of what it was made of: Python itself, the packages, the tool, the tests.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from packaging_windows import cpython

_ROOT: Final = Path(__file__).parents[2]
_COMPILER: Final = "x86_64-w64-mingw32-gcc"
_MAKING_SECONDS: Final = 600
_NOT_COPIED: Final = ("__pycache__", "node_modules", ".hypothesis")
# The browser's tests run beside a browser; there is no wheel of what blockbuster needs, and blocking is tested once.
_NOT_ON_WINDOWS: Final = ("blockbuster", "playwright")

# Rust's standard library asks for it, and Wine 8 has none: pydantic-core, cryptography and arrow-odbc need it.
_RANDOM_SOURCE: Final = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return SystemFunction036(data, (ULONG)size); }
"""


GIVEN: Final = "OMT_GIVEN_"
"""Stands before a variable that Windows' Python is given: Wine takes TEMP and its like from the user's profile."""

# Read by Windows' Python at its start: where the tool is, and the variables that are given.
_START: Final = f"""C:\\tool
import os; os.environ.update({{n.removeprefix("{GIVEN}"): v for n, v in os.environ.items() if n.startswith("{GIVEN}")}})
"""


class MissingProgramError(Exception):
    """Something of Debian's that Windows' Python needs here is not installed."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom Windows' programs run as: never root, since they see the whole disk as drive Z."""

    uid: int
    gid: int
    run_as: tuple[str, ...]
    """What stands before a command."""

    @classmethod
    def unprivileged(cls) -> Account:
        """Return this user, or nobody where this is root."""
        if os.geteuid():
            return cls(os.geteuid(), os.getegid(), ())
        import pwd  # noqa: PLC0415 - there is none on Windows, where this file is copied to

        nobody = pwd.getpwnam("nobody")
        change = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
        return cls(nobody.pw_uid, nobody.pw_gid, change)

    def take(self, path: Path) -> None:
        """Make a file, or a folder and all that is in it, this account's own."""
        if not self.run_as:
            return
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        for folder, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)


@dataclass(frozen=True, slots=True)
class Prefix:
    """The folder of a Wine prefix, and who owns it. `made` sees to it that it is whole."""

    folder: Path
    account: Account

    @property
    def drive(self) -> Path:
        """What Windows calls `C:`."""
        return self.folder / "home" / "prefix" / "drive_c"

    def environment(self) -> dict[str, str]:
        """Return the environment of a Windows program: nothing of this process's own."""
        home = self.folder / "home"
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "WINEPREFIX": str(home / "prefix"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            # Wine makes names on the disk by it: without UTF-8 some cannot be made.
            "LC_ALL": "C.UTF-8",
            # Else Wine offers the ODBC drivers of Linux, which cannot open a path of Windows.
            "ODBCSYSINI": str(home),
            "ODBCINI": str(home / "no-sources.ini"),
        }

    def wine(self, *words: str) -> None:
        """Run a program of Wine itself that has nothing to say."""
        # What it starts stays and would keep a pipe open.
        subprocess.run(
            [*self.account.run_as, "wine", *words], env=self.environment(), cwd="/", check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_MAKING_SECONDS,
        )  # fmt: skip


def made() -> Prefix:
    """Return the prefix of this machine, after making of it what is not there or not current.

    Raises MissingProgramError, SignatureError, and CalledProcessError where a download or a build failed.
    """
    for program, package in (("wine", "wine, wine64"), (_COMPILER, "gcc-mingw-w64-x86-64"), ("setpriv", "util-linux")):
        if shutil.which(program) is None:
            raise MissingProgramError(f"{program} is not installed (Debian: {package})")
    account = Account.unprivileged()
    checkout = _hash((str(_ROOT).encode(),))[:8]  # each has a machine of its own: another's tests may be running
    folder = Path(os.environ.get("OMT_TEST_WINDOWS") or f"/var/tmp/omt-tests-windows-{account.uid}-{checkout}")
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise MissingProgramError(f"{folder} belongs to somebody else; name another by OMT_TEST_WINDOWS")
    prefix = Prefix(folder, account)
    with FileLock(folder / "lock"):
        _make(prefix)
    return prefix


def _make(prefix: Prefix) -> None:
    wine = subprocess.run(["wine", "--version"], capture_output=True, env=prefix.environment(), check=True).stdout
    python = _hash((cpython.RELEASE.encode(), _RANDOM_SOURCE.encode(), wine, str(prefix.account.uid).encode()))
    if _is_new(prefix, "python", python):
        _make_python(prefix)
        _stamp(prefix, "python", python)
    wanted = _requirements()
    packages = _hash((python.encode(), _START.encode(), *(line.encode() for line in wanted)))
    if _is_new(prefix, "packages", packages):
        _install(prefix, _site(prefix), wanted)
        (_site(prefix) / "omt.pth").write_text(_START, encoding="utf-8")
        _finish(prefix, _site(prefix), "packages", packages)
    tool = _hash((packages.encode(), *_contents("omt_core", "plugins", "pyproject.toml", "README.md")))
    if _is_new(prefix, "tool", tool):
        _install(prefix, prefix.drive / "tool", [str(_wheel(prefix))], "--no-deps")
        _finish(prefix, prefix.drive / "tool", "tool", tool)
    tests = _hash((python.encode(), *_contents("tests", "pyproject.toml")))
    if _is_new(prefix, "tests", tests):
        source = prefix.drive / "src"
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(_ROOT / "tests", source / "tests", ignore=shutil.ignore_patterns(*_NOT_COPIED))
        shutil.copy(_ROOT / "pyproject.toml", source)
        _finish(prefix, source, "tests", tests)


def _make_python(prefix: Prefix) -> None:
    home = prefix.folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    prefix.account.take(home)
    prefix.wine("wineboot", "-i")
    prefix.wine("winecfg", "-v", "win10")
    cpython.unpack_python(prefix.drive / "Python311")
    source, library = prefix.drive / "random.c", prefix.drive / "windows" / "system32" / "bcryptprimitives.dll"
    source.write_text(_RANDOM_SOURCE, encoding="utf-8")
    words = [_COMPILER, "-O2", "-shared", "-static-libgcc", "-o", str(library), str(source), "-ladvapi32"]
    subprocess.run(words, check=True, capture_output=True)
    prefix.account.take(prefix.drive)


def _requirements() -> list[str]:
    """Return what the tool and its tests need, but for the condition that leaves something out on Windows."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["tests"]]
    return [line for line in wanted if not line.startswith(_NOT_ON_WINDOWS)]


def _install(prefix: Prefix, target: Path, wanted: Iterable[str], *options: str) -> None:
    """Install into an empty folder with what Windows' Python would be given; pip would choose by this machine."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    listed = prefix.folder / "requirements.txt"
    listed.write_text("".join(f"{line}\n" for line in wanted), encoding="utf-8")
    words = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-config", "--target", str(target)]
    words += ["--python-platform", "x86_64-pc-windows-msvc", "--python-version", cpython.VERSION]
    words += ["--only-binary", ":all:", "--requirement", str(listed), *options]
    subprocess.run(words, check=True, timeout=_MAKING_SECONDS)


def _wheel(prefix: Prefix) -> Path:
    dist = prefix.folder / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    words = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(dist)]
    subprocess.run(words, cwd=_ROOT, check=True, capture_output=True, timeout=_MAKING_SECONDS)
    (wheel,) = dist.glob("*.whl")
    return wheel


def _site(prefix: Prefix) -> Path:
    return prefix.drive / "Python311" / "Lib" / "site-packages"


def _contents(*names: str) -> Iterable[bytes]:
    """Give name and bytes of every file below these of the checkout, in a fixed order."""
    for name in names:
        path = _ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and not set(_NOT_COPIED) & set(file.parts):
                yield file.relative_to(_ROOT).as_posix().encode()
                yield file.read_bytes()


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _is_new(prefix: Prefix, part: str, stamp: str) -> bool:
    """Tell whether a part is to be made; what was there of it does not count any longer."""
    file = prefix.folder / f"{part}.made-of"
    if file.is_file() and file.read_text(encoding="utf-8") == stamp:
        return False
    file.unlink(missing_ok=True)
    return True


def _stamp(prefix: Prefix, part: str, stamp: str) -> None:
    (prefix.folder / f"{part}.made-of").write_text(stamp, encoding="utf-8")


def _finish(prefix: Prefix, made: Path, part: str, stamp: str) -> None:
    prefix.account.take(made)
    _stamp(prefix, part, stamp)
