"""Asks the directory whether a name and a password belong together. Blocking; knows nothing of the CRM."""

from __future__ import annotations

import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import ldap3
from ldap3.core.exceptions import LDAPException, LDAPInvalidCredentialsResult
from ldap3.core.results import RESULT_SIZE_LIMIT_EXCEEDED, RESULT_SUCCESS
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn
from typing_extensions import override

from omt_ldap_login.settings import USER, LdapLoginSettings

_MOST_ENTRIES: Final = 2
"""As many as tell that a name is not one user's."""


class DirectoryError(Exception):
    """The directory could not be asked; the text says why, for a person."""


def crm_login(settings: LdapLoginSettings, user: str, password: str) -> str | None:
    """Return the CRM login of whoever has this name and password, None where nobody has.

    Raises `DirectoryError` where the directory does not answer, cannot prove who it is, or refers elsewhere.
    """
    # A bind with a name and without a password is one by nobody, and succeeds (RFC 4513 section 5.1.2).
    if not user or not password or "\0" in user:
        return None
    try:
        with _line(settings) as connection:
            if settings.bind_pattern:
                _bind(connection, _bind_name(settings.bind_pattern, user), password)
            else:
                connection.bind()
                _require_success(connection)
            entry = _entry(connection, settings, user)
            if entry is not None:
                # Also behind a bind by the pattern: the filter is another rule, and may fit the entry of another.
                _bind(connection, entry["dn"], password)
    except LDAPInvalidCredentialsResult:
        return None
    except (LDAPException, OSError) as error:
        raise DirectoryError(f"{settings.url} cannot be asked: {error}") from error
    return None if entry is None else _login(settings, entry, user)


class _Tls(ldap3.Tls):
    """The line's encryption, as Python makes and checks it; of the host's name ldap3 has an old check of its own."""

    def __init__(self, ca_file: Path | None) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = ssl.create_default_context(cafile=ca_file)

    @override
    def wrap_socket(self, connection: ldap3.Connection, do_handshake: bool = False) -> None:
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=connection.server.host, do_handshake_on_connect=do_handshake
        )


@contextmanager
def _line(settings: LdapLoginSettings) -> Generator[ldap3.Connection, None, None]:
    """Open a line, encrypted and to the machine that it should be, on which nobody is logged on."""
    server = ldap3.Server(
        settings.url, tls=_Tls(settings.ca_file), get_info=ldap3.NONE, connect_timeout=settings.timeout_seconds
    )
    connection = ldap3.Connection(
        server,
        auto_bind=ldap3.AUTO_BIND_NONE,
        # A referral would hand the password to whatever machine it names.
        auto_referrals=False,
        raise_exceptions=True,
        read_only=True,
        receive_timeout=settings.timeout_seconds,
        # The fast one knows no referral in the answer to a bind.
        fast_decoder=False,
    )
    try:
        connection.open(read_server_info=False)
        if settings.start_tls and not settings.encrypted:
            connection.start_tls(read_server_info=False)
        yield connection
    finally:
        # Also where it was never opened, or is broken.
        connection.strategy.close()


def _bind(connection: ldap3.Connection, name: str, password: str) -> None:
    connection.rebind(user=name, password=password, authentication=ldap3.SIMPLE, read_server_info=False)
    _require_success(connection)


def _bind_name(pattern: str, user: str) -> str:
    # Only in a distinguished name do a comma and its like mean something.
    return pattern.replace(USER, escape_rdn(user) if "=" in pattern else user)


def _entry(connection: ldap3.Connection, settings: LdapLoginSettings, user: str) -> Mapping[str, Any] | None:
    """Return the one entry that is the user's and has what is required of it, if there is just one."""
    wanted = settings.user_filter.replace(USER, escape_filter_chars(user))
    connection.search(
        settings.base_dn,
        f"(&{wanted}{settings.required_filter})",
        attributes=[settings.login_attribute or ldap3.NO_ATTRIBUTES],
        size_limit=_MOST_ENTRIES,
        time_limit=settings.timeout_seconds,
    )
    if connection.result["result"] != RESULT_SIZE_LIMIT_EXCEEDED:
        _require_success(connection)
    found = [entry for entry in connection.response or () if entry["type"] == "searchResEntry"]
    return found[0] if len(found) == 1 else None


def _require_success(connection: ldap3.Connection) -> None:
    """Raise where the last answer is none of those that ldap3 raises for and no success either: a referral, say.

    Whoever went on then would do so as nobody, as if the password had been right.
    """
    result = connection.result
    if result["result"] != RESULT_SUCCESS:
        raise DirectoryError(f"the directory answers {result['description']}, which is not followed")


def _login(settings: LdapLoginSettings, entry: Mapping[str, Any], user: str) -> str:
    if not settings.login_attribute:
        return user
    values: list[bytes] = entry["raw_attributes"].get(settings.login_attribute, [])
    if len(values) != 1:
        raise DirectoryError(f"the entry of this user has {len(values)} values of {settings.login_attribute}, not one")
    return values[0].decode("utf-8", "replace").strip()
