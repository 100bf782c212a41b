"""Directories that the tests ask: Debian's slapd on loopback, with files of its own and gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import trustme

from omt_ldap_login import LdapLoginSettings

SUFFIX: Final = "dc=example,dc=com"
PASSWORD: Final = "hemmelig-påskeegg"
ACCOUNT: Final = "nobody"
"""Whom the server runs as when the tests run as root."""

_CONFIGURATION: Final = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/authority.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
maxsize 10485760
suffix "{suffix}"
rootdn "cn=root,{suffix}"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by * read
"""

_PERSON: Final = """\
dn: uid={uid},ou=people,{suffix}
objectClass: inetOrgPerson
objectClass: extensibleObject
uid: {uid}
cn: {uid}
sn: {uid}
employeeType: {group}
{login}userPassword: {password}

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A directory that runs. `elsewhere` is where its referrals lead; nobody listens to what is said there."""

    plain: int
    encrypted: int
    folder: Path
    elsewhere: socket.socket

    def settings(self, **changed: Any) -> LdapLoginSettings:
        """Return settings that reach it, but for what is `changed`."""
        given: dict[str, Any] = {
            "url": f"ldaps://localhost:{self.encrypted}",
            "ca_file": self.folder / "authority.pem",
            "base_dn": f"ou=people,{SUFFIX}",
            "bind_pattern": f"uid={{user}},ou=people,{SUFFIX}",
            "timeout_seconds": 60,
            **changed,
        }
        return LdapLoginSettings.model_validate(given)

    def is_asked_elsewhere(self) -> bool:
        """Tell whether somebody followed a referral."""
        try:
            self.elsewhere.accept()[0].close()
        except BlockingIOError:
            return False
        return True


def person(uid: str, login: str = "", group: str = "crm", password: str = PASSWORD) -> str:
    """Return the LDIF of a person, who is called `login` in the CRM."""
    mapped = f"employeeNumber: {login}\n" if login else ""
    return _PERSON.format(uid=uid, suffix=SUFFIX, group=group, login=mapped, password=password)


@contextmanager
def slapd(folder: Path, people: str) -> Generator[Directory, None, None]:
    """Run a directory with these people in an empty folder. Skips where there is no slapd; fails if CI=true."""
    program = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        message = "OpenLDAP's server is not installed (Debian: slapd)"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        port = elsewhere.getsockname()[1]
        _write(folder, people + _referral(port))
        # AppArmor keeps Debian's own to the folders of its package; a copy is a program like any other.
        copy = shutil.copy(program, folder / "slapd")
        run_as = _run_as(folder)
        added = [*run_as, copy, "-T", "add", "-f", f"{folder}/slapd.conf", "-l", f"{folder}/people.ldif"]
        subprocess.run(added, check=True, capture_output=True, cwd="/")
        directory = Directory(plain=_free_port(), encrypted=_free_port(), folder=folder, elsewhere=elsewhere)
        urls = f"ldap://127.0.0.1:{directory.plain} ldaps://127.0.0.1:{directory.encrypted}"
        serving = [*run_as, copy, "-f", f"{folder}/slapd.conf", "-h", urls, "-d", "0"]
        process = subprocess.Popen(serving, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        try:
            _wait(process, directory)
            yield directory
        finally:
            process.terminate()
            process.wait()


def _write(folder: Path, people: str) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    certificate = authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(folder / "server.pem")
    certificate.private_key_pem.write_to_path(folder / "server.key")
    trustme.CA().cert_pem.write_to_path(folder / "stranger.pem")
    (folder / "data").mkdir()
    (folder / "slapd.conf").write_text(_CONFIGURATION.format(folder=folder, suffix=SUFFIX), encoding="utf-8")
    top = f"dn: {SUFFIX}\nobjectClass: domain\ndc: example\n\n"
    below = f"dn: ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: people\n\n"
    (folder / "people.ldif").write_text(top + below + people, encoding="utf-8")


def _referral(port: int) -> str:
    return (
        f"dn: ou=elsewhere,ou=people,{SUFFIX}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\n"
        f"ref: ldap://127.0.0.1:{port}/ou=elsewhere,{SUFFIX}\n\n"
    )


def _run_as(folder: Path) -> list[str]:
    # It sets room aside for as many lines as it may have, which is a thousand million in some containers.
    limited = ["prlimit", "--nofile=1024"]
    if os.geteuid() != 0:
        return limited
    import pwd  # noqa: PLC0415 - there is none on Windows

    account = pwd.getpwnam(ACCOUNT)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid)
    return [*limited, "setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], directory: Directory) -> None:
    """Wait until it listens, however long that takes; the test's own limit is the last."""
    for port in (directory.plain, directory.encrypted):
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                continue
            break
    assert process.poll() is None, "slapd ended instead of listening"
