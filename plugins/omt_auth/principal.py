"""Reads NetServer's answer about the signed-in principal (crm.md section 4).

The answer differs between versions and may be wrapped, so names are taken in any case, and rights as a list of texts,
of objects with a name, or of keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_RIGHTS = "functionrights"
_NAMES = ("name", "functionright", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is signed in; what the answer does not say is None."""

    associate: str | None
    associate_id: int | None
    user_name: str | None
    rights: frozenset[str] | None

    def is_called(self, login: str) -> bool:
        """Tell whether a login name is this principal's, its initials or its user name."""
        names = {name.casefold() for name in (self.associate, self.user_name) if name}
        return login.casefold() in names


def read_principal(answer: object) -> Principal | None:
    """Return the principal, or None when the answer does not tell who it is."""
    values = _folded(answer)
    if not ({"associate", "associateid"} & values.keys()):
        # ND: whether the answer is wrapped, as the SOAP services' answers are.
        wrapped = (_folded(value) for value in values.values())
        values = next((inner for inner in wrapped if "associateid" in inner or "associate" in inner), {})
    associate = _text(values.get("associate"))
    associate_id = _whole_number(values.get("associateid"))
    if associate is None and associate_id is None:
        return None
    rights = values.get(_RIGHTS)
    return Principal(
        associate=associate,
        associate_id=associate_id,
        user_name=_text(values.get("username")),
        rights=None if rights is None else frozenset(_rights(rights)),
    )


def _folded(value: object) -> Mapping[str, object]:
    return {str(key).casefold(): inner for key, inner in value.items()} if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _whole_number(value: object) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _rights(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from (part.strip() for part in value.split(",") if part.strip())
    elif isinstance(value, Mapping):
        # A right that is there with a no is not held.
        yield from (str(key) for key, held in value.items() if held is not False)
    elif isinstance(value, Sequence):
        for entry in value:
            if isinstance(entry, str):
                yield entry.strip()
            else:
                fields = _folded(entry)
                yield from (name for key in _NAMES if (name := _text(fields.get(key))))
