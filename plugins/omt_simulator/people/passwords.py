"""Passwords of simulated users, and how their secrets are stored.

The vendor's password hash is not documented (ND, crm.md section 4), so simulated installations use a scheme
of their own, which can be told apart by its prefix and is specified here and nowhere else:

    credentials.secret = "OMTSIM1:" + base64(salt) + ":" + base64(hash)
    hash = PBKDF2-HMAC-SHA256(password as UTF-8, salt, 100,000 rounds), 32 bytes; salt is 16 bytes

with credentialType `CRM5/PASSWORD` and searchName the login in capitals.
"""

from __future__ import annotations

import base64
import hashlib

SCHEME = "OMTSIM1"
ROUNDS = 100_000
SALT_BYTES = 16
CREDENTIAL_TYPE = "CRM5/PASSWORD"


def password_of(seed: int, login: str, *, administrator: bool) -> str:
    """Return a simulated password. The administrators' is not the others', so that mixing users up is noticed."""
    return f"Fjord-{seed}-{login}-Ære" if administrator else f"Vidde-{seed}-Blåbær"


def secret_of(seed: int, password: str) -> str:
    """Return what `credentials.secret` holds for a password. Equal passwords share a salt here, only to save time."""
    salt = hashlib.sha256(f"omt_simulator/{seed}/{password}".encode()).digest()[:SALT_BYTES]
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    return ":".join((SCHEME, base64.b64encode(salt).decode(), base64.b64encode(digest).decode()))
