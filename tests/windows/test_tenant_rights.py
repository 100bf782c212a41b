"""What a tenant makes is asked to be kept to its account. Wine keeps no access list: what it is told is listened to.

What else Windows has of files and paths is in tests that run there as they are (`test_portable.py`).
"""

from __future__ import annotations

import json

from tests.windows.machine import Windows

TENANT = r"""
import json, sys
from pathlib import Path
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


def test_what_a_tenant_makes_is_its_accounts_alone(windows: Windows) -> None:
    ended = windows.code(TENANT, windows.place.there)
    assert ended.code == 0, ended.err.decode(errors="replace")
    folders = {"tenant", "uploads", "packs", "contents", "manifests", "databases", "receipts"}
    assert set(json.loads(ended.text)) >= {*folders, "key.partial", "token.partial", "tenant.sqlite"}
