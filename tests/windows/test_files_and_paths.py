"""Files and paths as Windows has them: the unit tests that say so, run there, and what a tenant keeps to itself.

What Wine does not do as Windows does, the unit tests stand in for and say so: it keeps no access list of NTFS, knows no
limit of a path's length, and lets a read-only file be replaced.
"""

from __future__ import annotations

import json

from tests.windows.machine import Windows

UNIT_TESTS = (
    r"core\api\files",
    r"plugins\omt_crm\paths",
    r"plugins\omt_folders\test_disk.py",
    r"plugins\omt_freeze\test_service_config.py",
    r"plugins\omt_upload\files",
)

TENANT = r"""
import json, os, sys
from pathlib import Path
from omt_core.api import files
from omt_core.api.files import windows
from omt_tenant.tenant import Store

kept = []
real = windows.set_private
def listen(path):
    kept.append(Path(path).name)
    real(path)
windows.set_private = listen
folder = Path(sys.argv[1])
(folder / "tenant").mkdir()
Store.open(folder / "tenant").close()
print(json.dumps(kept))
"""


def test_what_windows_alone_has_of_files_is_as_the_unit_tests_say(windows: Windows) -> None:
    tests = [rf"C:\src\tests\{name}" for name in UNIT_TESTS]
    ended = windows.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not identity_on_any", *tests)
    assert ended.code == 0, ended.text


def test_what_a_tenant_makes_is_its_accounts_alone(windows: Windows) -> None:
    ended = windows.code(TENANT, windows.place.there)
    assert ended.code == 0, ended.err.decode(errors="replace")
    folders = {"tenant", "uploads", "packs", "contents", "manifests", "databases", "receipts"}
    assert set(json.loads(ended.text)) >= {*folders, "key.partial", "token.partial", "tenant.sqlite"}
