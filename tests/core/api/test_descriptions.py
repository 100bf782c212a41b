"""What a setting is stands below it, and is read when somebody asks: not at each start."""

from __future__ import annotations

from pydantic import Field

from omt_core.api import PluginSettings


class BaseOfSome(PluginSettings):
    """Settings that others share."""

    pause: float = 1.0
    """Seconds between
    two tries."""


class SomeSettings(BaseOfSome):
    """Settings as a partner writes them."""

    address: str = Field(default="", description="Where it is.")
    """A text that is not the description."""

    tries: int = 3
    """How often it is tried."""

    bare: int = 0


def test_a_field_is_described_by_the_text_below_it_when_somebody_asks() -> None:
    assert SomeSettings.model_fields["tries"].description is None
    told = {name: field.description for name, field in SomeSettings.described().items()}
    assert told == {
        "pause": "Seconds between\ntwo tries.",
        "address": "Where it is.",
        "tries": "How often it is tried.",
        "bare": None,
    }


def test_the_schema_describes_them_too() -> None:
    properties = SomeSettings.model_json_schema()["properties"]
    assert properties["tries"] == {
        "default": 3,
        "description": "How often it is tried.",
        "title": "Tries",
        "type": "integer",
    }
    assert "description" not in properties["bare"]


def test_settings_without_their_source_are_not_described_and_nothing_else() -> None:
    space: dict[str, type[PluginSettings]] = {"PluginSettings": PluginSettings}
    exec("class Sourceless(PluginSettings):\n    x: int = 0\n    'What it is.'\n", space)
    assert space["Sourceless"].described()["x"].description is None
