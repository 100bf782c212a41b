"""The log hides every secret, wherever in a line it turns up."""

from __future__ import annotations

import logging
import sys

from omt_core.api.redaction import SECRETS
from omt_core.logs import RedactingFormatter


def test_secrets_are_hidden_in_messages_arguments_and_tracebacks() -> None:
    SECRETS.add("planted-secret-1")
    SECRETS.add("planted-secret-1-longer")
    try:
        int("planted-secret-1-longer")
    except ValueError:
        trouble = sys.exc_info()
    record = logging.LogRecord("omt", logging.INFO, __file__, 1, "user %s", ("planted-secret-1",), trouble)
    line = RedactingFormatter("%(message)s").format(record)
    assert "planted-secret" not in line
    assert "literal for int() with base 10: '***'" in line
    assert "-longer" not in line
