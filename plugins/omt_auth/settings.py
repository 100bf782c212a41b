"""How the migrator's password is verified."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from omt_core.api import PluginSettings

VerifierName = Literal["netserver", "simulated", "windows"]


class AuthSettings(PluginSettings):
    """The verifier, and how NetServer is spoken to."""

    verifier: Literal["auto"] | VerifierName = Field(
        default="auto",
        description="`netserver` asks the on-site web services, `simulated` is for simulated installations, `windows` "
        "takes the identity that the program runs under, `auto` the first of them that can.",
    )
    timeout_seconds: float = Field(default=30.0, gt=0, description="How long the web services may take to answer.")
    allow_plain_http: bool = Field(
        default=False,
        description="Send the password over plain http to another machine. Only inside a network that you trust.",
    )
    ca_file: Path | None = Field(
        default=None, description="Certificates (PEM) of the authority behind the on-site web server's own."
    )
    answer_bytes: int = Field(default=4 * 1024 * 1024, gt=0, description="Largest answer that is read.")
