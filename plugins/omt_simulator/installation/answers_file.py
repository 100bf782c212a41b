"""The answers file beside a simulated installation, ready but for the online side."""

from __future__ import annotations

from pathlib import Path

from omt_simulator.people.users import SimulatedUser

PASSWORD_FILE = "password.txt"  # noqa: S105  (the name of the file)
TEMPLATE = """\
# Answers for `omt migrate` on a simulated installation. Paths are relative to this file.
accept_agreement = true

[installation]
root = "machine"

[login]
user = "{login}"
password = {{ file = "{password_file}" }}

[contact]
email = "{email}"
phone = "+47 22 10 00 01"
language = "en"

[plans]
default = "match"

[notifications]
welcome = true
summary = "{email}"

# Nothing is said about the online side. Append it when the tenant runs:
#     [online]
#     url = "..."
#     token_file = "..."
# or set OMT_ONLINE__URL and OMT_ONLINE__TOKEN_FILE in the environment.
"""


def write_answers(directory: Path, administrator: SimulatedUser, password: str) -> None:
    """Write `answers.toml`, and the password in a file that only its owner can read."""
    email = administrator.emails[0]
    text = TEMPLATE.format(login=administrator.login, password_file=PASSWORD_FILE, email=email)
    (directory / "answers.toml").write_text(text, encoding="utf-8", newline="\n")
    secret = directory / PASSWORD_FILE
    secret.touch(mode=0o600)
    secret.write_text(password + "\n", encoding="utf-8", newline="\n")
