"""Settings that cannot be."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from omt_dask.settings import DaskSettings

HOMES = {"homes": {"oslo": {"roots": {"C:\\SO_ARC": "E:\\SO_ARC"}}}}


def test_homes_without_a_scheduler_are_refused_with_the_key_that_is_missing() -> None:
    with pytest.raises(ValidationError, match="must have scheduler beside it") as caught:
        DaskSettings.model_validate(HOMES)
    assert [error["loc"] for error in caught.value.errors()] == [("homes",)]
    assert DaskSettings.model_validate({**HOMES, "scheduler": "tls://s.example.com:8786"}).homes
