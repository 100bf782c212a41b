"""Names that DuckDB would take for one another are told apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omt_tenant.importing.identifiers import folded, stored_names

NAMES = st.lists(st.sampled_from(["a", "A", "a_2", "A_2", "a_3", "b", "B", "Æ", "æ"]), unique=True)


@given(NAMES)
def test_stored_names_differ_in_more_than_case_and_are_their_own_where_nothing_came_before(names: list[str]) -> None:
    stored = stored_names(names)
    assert len({folded(name) for name in stored}) == len(names)
    for place, (own, held) in enumerate(zip(names, stored, strict=True)):
        is_first = folded(own) not in {folded(other) for other in names[:place]}
        assert (held == own) == is_first
