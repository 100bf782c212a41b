"""Whether a value is of a type, to the last field: annotations bind nobody at run time, least of all a partner."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

_STRICT: Final = ConfigDict(
    strict=True, revalidate_instances="always", arbitrary_types_allowed=True, hide_input_in_errors=True
)


def misfit(value: object, wanted: object) -> str | None:
    """Say where a value is not of the type that is wanted, as `[0].severity: Input should be ...`; None where it is."""
    try:
        _adapter(wanted).validate_python((value,))
    except ValidationError as error:
        # A name of the site may hold what is no character. A str with one is let pass, but not a Sentence with one.
        wrong = (one for one in error.errors(include_input=False, include_url=False) if one["type"] != "string_unicode")
        told = next(wrong, None)
        if told is None:
            return None
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in told["loc"][1:])
        return f"{place}: {told['msg']}"
    except Exception as error:  # noqa: BLE001 - a value of a plugin may raise whatever it likes while it is looked at
        return f" cannot be read: {type(error).__name__}"
    return None


@cache
def _adapter(wanted: object) -> TypeAdapter[Any]:
    # A tuple round the type, since pydantic takes no settings for a dataclass by itself.
    one_tuple: Any = tuple[wanted]  # type: ignore[valid-type]  # the type is known at run time only
    return TypeAdapter(one_tuple, config=_STRICT)
