from __future__ import annotations

import pytest

from omt_protocol.tls import is_loopback


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("LOCALHOST", True), ("10.0.0.1", False), ("crm", False)],
)
def test_loopback_is_told_by_the_address(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
