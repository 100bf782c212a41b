from __future__ import annotations

import pytest

from omt_discovery.products.web_address import service_root


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("http://crm.example.com/SuperOffice/Remote/Services86/", "http://crm.example.com/SuperOffice"),
        ("https://crm.example.com/SOWebService", "https://crm.example.com/SOWebService"),
        ("https://crm.example.com:8443/web/Services84/Associate.svc", "https://crm.example.com:8443/web"),
        ("https://user:secret@crm.example.com/Remote?x=1#y", "https://crm.example.com"),
        ("http://[::1]:80/ns/", "http://[::1]:80/ns"),
    ],
)
def test_what_belongs_to_the_services_is_taken_off(address: str, root: str) -> None:
    assert service_root(address) == root


@pytest.mark.parametrize(
    "address", ["", "net.tcp://x/y", "file:///etc/passwd", "http://", "http://[", "http://x:port/", "crm"]
)
def test_what_is_no_web_address_is_none(address: str) -> None:
    assert service_root(address) is None
