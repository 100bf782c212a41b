"""What workers are told, and who can read it."""

from __future__ import annotations

import pickle

import msgpack
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from omt_core.api import SenderPass, TransferLimits
from omt_online.settings import ClientSettings

from omt_dask.messages.orders import Orders
from omt_dask.messages.sealing import opened, sealed

TOKEN = "planted-token"
LIMITS = TransferLimits(
    bundle_bytes=1, member_bytes=1, chunk_bytes=1, digests_per_request=1, parallel_uploads=1, bundles=("ustar", "zstd")
)
ORDERS = Orders(
    number=7,
    stop=False,
    given=SenderPass(migration="m", address="https://t.example.com", limits=LIMITS, token=TOKEN, seconds=9.0),
    online={"oslo": ClientSettings(proxy="http://omt:planted-password@proxy.example.com:3128")},
)


def test_orders_are_read_by_the_worker_that_they_are_for() -> None:
    own = X25519PrivateKey.generate()
    packed = ORDERS.packed({"oslo-1": own.public_key().public_bytes_raw()})
    carried = msgpack.unpackb(msgpack.packb(packed))
    assert Orders.unpacked(carried, "oslo-1", own) == ORDERS
    assert Orders.unpacked(carried, "bergen-1", own) is None


def test_nobody_on_the_way_has_the_token_or_a_password() -> None:
    own = X25519PrivateKey.generate()
    packed = ORDERS.packed({"oslo-1": own.public_key().public_bytes_raw()})
    for shown in (repr(packed).encode(), pickle.dumps(packed), msgpack.packb(packed) or b"", repr(ORDERS).encode()):
        assert b"planted" not in shown
    with pytest.raises(ValueError, match="another reader"):
        Orders.unpacked(packed, "oslo-1", X25519PrivateKey.generate())


def test_a_box_that_was_changed_is_refused() -> None:
    own = X25519PrivateKey.generate()
    box = sealed(own.public_key().public_bytes_raw(), b"secret")
    assert opened(own, box) == b"secret"
    for place in range(len(box)):
        changed = box[:place] + bytes([box[place] ^ 1]) + box[place + 1 :]
        with pytest.raises(ValueError, match=r"."):
            opened(own, changed)
