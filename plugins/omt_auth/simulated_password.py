"""The credentials table of simulated installations.

The product's own hash is not documented (ND, crm.md section 4), so a simulated installation has a scheme of
its own: `OMTSIM1:` + base64 of a 16-byte salt + `:` + base64 of PBKDF2-HMAC-SHA256 over the password in UTF-8, 100,000
rounds, 32 bytes. No product's database has such a secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from functools import partial

import anyio
import anyio.to_thread
from pydantic import SecretStr

from omt_auth.credentials import find_credential, has_secret
from omt_auth.verification import WRONG, Verdict, Verification, undecided
from omt_core.api import SourceDatabase, sentence
from omt_core.api.calls import Authenticate
from omt_crm.associates import find_associate
from omt_crm.vocabulary import PASSWORD_CREDENTIAL

SCHEME = "OMTSIM1"
ROUNDS = 100_000
SALT_BYTES = 16
HASH_BYTES = 32
_PARTS = 3


class SimulatedPassword:
    """Verifies a password against a simulated installation."""

    name = "simulated"

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(1)

    async def verify(self, call: Authenticate) -> Verification:
        """Verify. An unknown name costs the same queries and the same hash as a known one."""
        if not await is_simulated(call.database):
            return undecided(sentence("the database is not that of a simulated installation"))
        login = call.user.strip()
        associate = await find_associate(call.database, login=login)
        # searchName is the login in capitals, as the vendor's example has it.
        credential = await find_credential(call.database, kind=PASSWORD_CREDENTIAL, search_name=login.upper())
        secret = "" if credential is None else credential.secret
        work = partial(matches, secret, call.password)
        right = await anyio.to_thread.run_sync(work, limiter=self._limiter)
        if not right or credential is None or associate is None or credential.associate_id != associate.id:
            return WRONG
        return Verification(verdict=Verdict.CONFIRMED, associate_id=associate.id)


async def is_simulated(database: SourceDatabase) -> bool:
    """Tell whether this is the database of a simulated installation, by the form of its secrets."""
    if database.table("credentials") is None:
        return False
    return await has_secret(database, kind=PASSWORD_CREDENTIAL, prefix=f"{SCHEME}:")


def matches(secret: str, password: SecretStr) -> bool:
    """Tell whether a password belongs to a secret; a secret of another form costs the same and matches nothing."""
    salt, expected = _parts(secret)
    given = hashlib.pbkdf2_hmac("sha256", password.get_secret_value().encode("utf-8", "surrogatepass"), salt, ROUNDS)
    return hmac.compare_digest(given, expected)


def _parts(secret: str) -> tuple[bytes, bytes]:
    parts = secret.split(":")
    if len(parts) == _PARTS and parts[0] == SCHEME:
        try:
            salt, expected = (base64.b64decode(part, validate=True) for part in parts[1:])
        except (binascii.Error, ValueError):
            salt = expected = b""
        if len(salt) == SALT_BYTES and len(expected) == HASH_BYTES:
            return salt, expected
    # A salt that hashes as long as another, and a hash that nothing has, since its length is wrong.
    return bytes(SALT_BYTES), b""
