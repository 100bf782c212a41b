"""The rules of what a migrator says hold for every front end."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from omt_core.api.decisions import Contact, Notifications


@pytest.mark.parametrize("email", ["", "a", "a@", "@b", "a b@c", "a@b@c", f"{'a' * 320}@b"])
def test_an_address_is_one(email: str) -> None:
    with pytest.raises(ValidationError, match="must be an e-mail address"):
        Contact(email=email)
    with pytest.raises(ValidationError, match="must be an e-mail address"):
        Notifications(summary=email)


def test_a_language_is_one_that_the_online_side_writes() -> None:
    with pytest.raises(ValidationError, match="language"):
        Contact(email="a@b.no", language="fi")  # type: ignore[arg-type]  # what a front end might do
    assert Contact(email="a@b.no", language="sv").language == "sv"
