"""A PostgreSQL server of a test's own: made in a temporary directory, on loopback, gone afterwards."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SERVER_USER = "postgres"
"""Whom the server runs as when the tests run as root, which initdb refuses."""

PASSWORD = "hemmelig;{1}"
"""With the characters that an ODBC connection string has to quote."""

LOGIN = "crm7"


@dataclass(frozen=True, slots=True)
class PrivatePostgresql:
    """A running server."""

    port: int
    binaries: Path
    run_as: tuple[str, ...]
    data: Path

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -p {self.port}"
        self._control("-o", options, "-l", str(self.data / "server.log"), "start")

    def stop(self) -> None:
        """Stop it at once, as if it had crashed: whoever is connected is cut off."""
        self._control("-m", "immediate", "stop")

    def _control(self, *words: str) -> None:
        subprocess.run(
            [*self.run_as, str(self.binaries / "pg_ctl"), "-D", str(self.data), "-w", *words],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def create_database(self, name: str, encoding: str = "UTF8") -> None:
        """Create an empty database; its name must be a plain word."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError(name)
        command = [*self.run_as, str(self.binaries / "createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", LOGIN]
        command += ["-E", encoding, "-T", "template0"]
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        subprocess.run([*command, name], check=True, env=environment, cwd="/", capture_output=True)

    def odbc_string(self, database: str) -> str:
        """The ODBC connection string of a database of this server."""
        password = PASSWORD.replace("}", "}}")
        return (
            f"DRIVER={{PostgreSQL Unicode}};SERVER=127.0.0.1;PORT={self.port};DATABASE={database};"
            f"UID={LOGIN};PWD={{{password}}}"
        )


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = found[-1] if found else shutil.which("initdb")
    if initdb is None:
        message = "PostgreSQL's server binaries are not installed (Debian: postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return Path(initdb).parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def private_postgresql(directory: Path) -> Iterator[PrivatePostgresql]:
    """Run a server with its files in `directory`, which must be empty or missing, and stop it in the end.

    Skips the test when PostgreSQL's server is not installed; under CI=true it fails instead.
    """
    binaries = _binaries()
    directory.mkdir(parents=True, exist_ok=True)
    run_as: tuple[str, ...] = ()
    if os.geteuid() == 0:
        # The server's user has to reach the directory through pytest's private temporary ones: it gets one elsewhere.
        import pwd  # noqa: PLC0415 - there is none on Windows

        account = pwd.getpwnam(SERVER_USER)
        run_as = ("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")
        os.chown(directory, account.pw_uid, account.pw_gid)
        _open_way(directory)
    password_file = directory / "password"
    password_file.write_text(PASSWORD, encoding="utf-8")
    password_file.chmod(0o644)
    data, port = directory / "data", _free_port()
    initdb = [*run_as, str(binaries / "initdb"), "-D", str(data), "-U", LOGIN, f"--pwfile={password_file}"]
    initdb += ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(initdb, check=True, cwd="/", capture_output=True)
    server = PrivatePostgresql(port, binaries, run_as, data)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _open_way(directory: Path) -> None:
    """Let the server's user pass through the directories above, which pytest makes private to its own user."""
    for parent in directory.parents:
        mode = parent.stat().st_mode
        if parent.stat().st_uid == os.geteuid() and not mode & 0o001:
            parent.chmod(mode | 0o001)
