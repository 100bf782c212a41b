"""What a command loads before it begins: nothing that only the work itself needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

HEAVY: Final = frozenset(
    {
        "aiohttp",
        "arrow_odbc",
        "cryptography",
        "defusedxml",
        "duckdb",
        "email_validator",
        "jinja2",
        "keyring",
        "multiprocessing",
        "psutil",
        "pyarrow",
        "pyodbc",
        "sqlglot",
        "stamina",
    }
)
"""Each costs 5 to 90 ms of processor time, and some tens of megabytes."""

_PROGRAM: Final = """
import json, sys
from omt_core.cli.main import main
main(sys.argv[2:])
open(sys.argv[1], "w").write(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("words", ["--version", "--help", "plugins", "status", "migrate --help", "tenant serve --help"])
def test_a_command_that_works_on_nothing_loads_no_heavy_library(words: str, tmp_path: Path) -> None:
    told = tmp_path / "modules.json"
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    command = [sys.executable, "-c", _PROGRAM, str(told), *words.split()]
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=tmp_path)
    loaded = set(json.loads(told.read_text()))
    assert "omt_tenant.plugin" in loaded
    assert sorted(HEAVY & loaded) == []
