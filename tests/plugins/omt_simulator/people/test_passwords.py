"""The scheme as another implementer reads it: written again, from the description alone."""

from __future__ import annotations

import base64
import hashlib


def verifies(secret, password):
    scheme, salt, digest = secret.split(":")
    computed = hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), base64.b64decode(salt), 100_000)
    return scheme == "OMTSIM1" and computed == base64.b64decode(digest)


def test_every_user_can_log_in_with_the_password_that_is_told(clean, clean_rows):
    secrets = {}
    for user in clean.truth["users"]:
        sql = "SELECT * FROM Credentials WHERE credentialType = 'CRM5/PASSWORD' AND searchName = ?"
        (row,) = clean_rows.execute(sql, [user["login"].upper()]).fetchall()
        assert row["associateId"] == user["associate_id"]
        secrets[row["secret"]] = user["password"]
    assert all(verifies(secret, password) for secret, password in secrets.items())


def test_the_administrators_password_is_in_the_private_file_beside_the_answers(clean):
    password = clean.directory / "password.txt"
    assert password.stat().st_mode & 0o777 == 0o600
    (told,) = [user["password"] for user in clean.truth["users"] if user["login"] == "HH"]
    assert password.read_text(encoding="utf-8").rstrip("\n") == told
    others = {user["password"] for user in clean.truth["users"] if not user["administrator"]}
    assert told not in others
