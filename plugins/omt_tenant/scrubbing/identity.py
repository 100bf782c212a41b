"""Who the tenant is: its description and its signing key, as files that may be damaged like any other."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from omt_core.api import InputError, sentence
from omt_protocol.receipt import Mismatch
from omt_tenant.scrubbing.damage import store_mismatch
from omt_tenant.store.identity import TenantIdentity, establish_identity
from omt_tenant.store.layout import TenantLayout


def read_identity(layout: TenantLayout) -> TenantIdentity | Mismatch:
    """Return who the tenant is, or what of it is damaged. All its files must be there: none is made."""
    try:
        return establish_identity(layout)
    except InputError as error:
        return store_mismatch("identity", "file", error.message)


def scrub_key(layout: TenantLayout, identity: TenantIdentity) -> Iterator[Mismatch]:
    """Check that the key's file is as it was written; what PEM's readers overlook is damage all the same."""
    if layout.key.read_bytes() != identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()):
        yield store_mismatch(layout.key.name, "file", sentence("is not as the tenant wrote it"))
