from __future__ import annotations

from omt_discovery.products.customer_service import read_service_config


def test_lines_are_key_and_value_and_comments_begin_with_a_hash() -> None:
    text = "# dbHost = old\r\ndbHost = sql1 \r\ndbPassword = a=b#c\r\nfrozen\r\ndbUsername =\r\nDBHOST=second\r\n"
    assert read_service_config(text) == {"dbhost": "sql1", "dbpassword": "a=b#c"}
