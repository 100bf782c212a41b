"""Who a tenant is: its id and plans, its signing key, and the secret that a migration proves itself with."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from omt_core.api import SECRETS, InputError, sentence
from omt_core.api.files import write_whole
from omt_tenant.errors import TENANT_UNREADABLE
from omt_tenant.migration.plan_catalogue import DEFAULT_CATALOGUE, OfferedPlan
from omt_tenant.store.layout import TenantLayout


class TenantDescription(BaseModel):
    """What tenant.json holds. The id has the form of crm.md section 10 (`Cust12345`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: str = Field(pattern=r"^Cust[0-9]{5}$")
    plans: tuple[OfferedPlan, ...]


@dataclass(frozen=True, slots=True)
class TenantIdentity:
    """A tenant's identity in memory. `public_key` is 64 hexadecimal digits."""

    tenant: str
    plans: tuple[OfferedPlan, ...]
    key: Ed25519PrivateKey
    secret: bytes

    @property
    def public_key(self) -> str:
        """Return the public key as receipts and `GET /v1/tenant` write it."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def establish_identity(layout: TenantLayout, plans: Sequence[OfferedPlan] | None = None) -> TenantIdentity:
    """Read the identity from the folder, making what is not there yet. `plans`, if given, replace the catalogue.

    Raises InputError when a file is there but cannot be understood: a new identity would make every receipt worthless.
    """
    description = _read_description(layout.description)
    wanted = TenantDescription(
        tenant=description.tenant if description else f"Cust{10_000 + secrets.randbelow(90_000)}",
        plans=tuple(plans) if plans is not None else description.plans if description else DEFAULT_CATALOGUE,
    )
    if wanted != description:
        write_whole(layout.description, wanted.model_dump_json(indent=2).encode() + b"\n")
    return TenantIdentity(wanted.tenant, wanted.plans, _key(layout.key), _secret(layout.secret))


def _read_description(path: Path) -> TenantDescription | None:
    if not path.exists():
        return None
    try:
        return TenantDescription.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise _unreadable(path) from error


def _key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        new = Ed25519PrivateKey.generate()
        write_whole(path, new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise _unreadable(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable(path)
    return key


def _secret(path: Path) -> bytes:
    if not path.exists():
        write_whole(path, secrets.token_urlsafe(32).encode() + b"\n")
    secret = path.read_bytes().strip()
    if not secret:
        raise _unreadable(path)
    SECRETS.add(secret.decode("ascii", "replace"))
    return secret


def _unreadable(path: Path) -> InputError:
    return TENANT_UNREADABLE.error(
        sentence("{path} is damaged or not a tenant's.", path=path),
        remedy=sentence("Restore it, or choose another folder."),
    )
