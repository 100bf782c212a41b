"""A content that was sent is never taken for one that was not; of the others few are asked for."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from omt_protocol.met_contents import MetContents

DIGESTS = st.sets(st.binary(max_size=4).map(lambda content: hashlib.sha256(content).hexdigest()), max_size=40)


@given(DIGESTS, DIGESTS)
def test_what_was_met_is_never_told_as_new_and_what_is_new_is_told(met: set[str], others: set[str]) -> None:
    contents = MetContents()
    contents.add(met)
    assert contents.never_met(met | others) == others - met


def test_one_that_falls_on_the_place_of_another_is_asked_for() -> None:
    contents = MetContents()
    contents.add(["0000000a" + "1" * 56])
    assert contents.never_met(["0000000a" + "2" * 56, "0000000b" + "1" * 56]) == {"0000000b" + "1" * 56}
