from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_auth.principal import read_principal

NAMES = ("Associate", "AssociateId", "FunctionRights", "UserName", "x")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_any_answer_is_read_without_an_error(answer: object) -> None:
    principal = read_principal(answer)
    assert principal is None or principal.associate is not None or principal.associate_id is not None


@pytest.mark.parametrize(
    "rights",
    [
        ["admin-all", "hd-login"],
        [{"Name": "admin-all"}, {"name": "hd-login"}, {"other": 1}, 5],
        {"admin-all": True, "hd-login": 1, "admin-users": False},
        "admin-all, hd-login",
    ],
)
def test_rights_are_read_in_each_shape(rights: object) -> None:
    principal = read_principal({"associate": "HH", "AssociateId": "7", "functionRights": rights, "UserName": "h@x.com"})
    assert principal is not None
    assert (principal.rights, principal.associate_id) == (frozenset({"admin-all", "hd-login"}), 7)
    assert principal.is_called("hh")
    assert principal.is_called("H@X.com")
    assert not principal.is_called("")


def test_an_answer_may_be_wrapped_and_may_name_no_rights() -> None:
    principal = read_principal({"Response": {"AssociateId": 7}})
    assert principal is not None
    assert (principal.associate_id, principal.rights) == (7, None)


@pytest.mark.parametrize(
    "answer", [None, [], "x", {}, {"error": {"code": 1}}, {"AssociateId": True}, {"Associate": " "}]
)
def test_an_answer_that_names_nobody_is_none(answer: object) -> None:
    assert read_principal(answer) is None
