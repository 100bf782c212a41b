"""Settings that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from omt_core.api import InputError
from omt_core.settings import load_settings

from omt_dask.settings import DaskSettings

HOMES = "[dask.homes.oslo]\nroots = { 'C:\\SO_ARC' = 'E:\\SO_ARC' }\n"


def test_homes_without_a_scheduler_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "fleet.toml"
    file.write_text(HOMES, encoding="utf-8")
    with pytest.raises(InputError, match=r"dask\.homes: must have scheduler beside it") as caught:
        load_settings({"dask": DaskSettings}, file=file)
    assert (caught.value.code, bool(caught.value.remedy)) == ("settings-invalid", True)
    file.write_text(f'[dask]\nscheduler = "tls://s.example.com:8786"\n{HOMES}', encoding="utf-8")
    assert load_settings({"dask": DaskSettings}, file=file).section("dask")
