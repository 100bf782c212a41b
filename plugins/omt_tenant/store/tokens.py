"""Short tokens: made from the migration secret, checked without keeping a list of them, valid beyond a restart.

A sender's token is handed out for a claim and names it, so that it is worth nothing without that.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

from omt_protocol.protocol_error import ProtocolError


class Tokens:
    """Exchanges the secret for tokens of the form `<expiry>-<nonce>-<HMAC-SHA256>` and checks them.

    In a sender's token the sha256 of the claim, as hexadecimal digits, stands behind the nonce.
    """

    def __init__(self, secret: bytes, *, lifetime: float, clock: Callable[[], float]) -> None:
        self._secret = secret
        self._key = hashlib.sha256(b"omt token" + secret).digest()
        self._lifetime = lifetime
        self._clock = clock

    def exchange(self, secret: str) -> tuple[str, float]:
        """Return a token and its lifetime in seconds. Raises ProtocolError `secret-wrong`."""
        if not hmac.compare_digest(secret.encode("utf-8", "surrogatepass"), self._secret):
            raise ProtocolError(
                401, "secret-wrong", "The migration secret is not this tenant's.", "Use the tenant's token_file."
            )
        return self._made(), self._lifetime

    def for_sender(self, claim: bytes) -> tuple[str, float]:
        """Return a token for one who sends under a claim, named by its sha256, and its lifetime in seconds."""
        return self._made(claim.hex()), self._lifetime

    def check(self, authorization: str) -> bytes | None:
        """Accept the value of an `Authorization` header or raise ProtocolError.

        Returns the sha256 of the claim that a sender's token was handed out for, None for a token of the secret.
        """
        scheme, _, token = authorization.partition(" ")
        claims, _, signature = token.strip().rpartition("-")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            signature.encode("utf-8", "surrogatepass"), self._sign(claims).encode()
        ):
            raise ProtocolError(
                401,
                "token-wrong",
                "The request carries no token of this tenant.",
                "Exchange the migration secret at POST /v1/tokens.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        expiry, _, *claim = claims.split("-")
        if float(expiry) <= self._clock():
            raise ProtocolError(
                401,
                "token-expired",
                "The token has expired.",
                "Exchange the migration secret anew at POST /v1/tokens; a sender asks who handed it out.",
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        return bytes.fromhex(claim[0]) if claim else None

    def _made(self, *claim: str) -> str:
        claims = "-".join((f"{self._clock() + self._lifetime:.3f}", secrets.token_hex(8), *claim))
        return f"{claims}-{self._sign(claims)}"

    def _sign(self, claims: str) -> str:
        return hmac.new(self._key, claims.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
