from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_protocol.receipt import MerkleTree

RFC_6962_TEST_LEAVES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
"""The leaves that certificate-transparency implementations test themselves with."""

ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def naive(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:split]) + naive(leaves[split:])).digest()


def root_of(leaves):
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


@pytest.mark.parametrize(("count", "root"), ROOTS.items())
def test_known_trees_have_their_known_roots(count, root):
    assert root_of(RFC_6962_TEST_LEAVES[:count]) == root


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_streamed_root_is_that_of_the_definition(leaves):
    assert root_of(leaves) == naive(leaves).hex()


def test_memory_is_one_hash_per_power_of_two():
    tree = MerkleTree()
    for number in range(10_000):
        tree.add(b"%d" % number)
    assert len(tree._subtrees) == (10_000).bit_count()
