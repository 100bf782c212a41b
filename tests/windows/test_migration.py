"""Whole migrations on Windows: the demonstration, and a live one that is interrupted, resumed, thawed and purged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PureWindowsPath
from typing import Any

from tests.windows.machine import OMT, PYTHON, Windows

SIZE = ("--users", "5", "--documents", "60")


@contextmanager
def serving(windows: Windows, plans: str) -> Iterator[dict[str, Any]]:
    """Serve a tenant on Windows until the context ends; what it says of itself."""
    folder = windows.place.there / "tenant"
    with windows.start(PYTHON, *OMT, "tenant", "serve", folder, "--plans", plans) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.kill()


def test_the_demonstration_is_whole_and_verified_and_a_recovery_the_second_time(windows: Windows) -> None:
    command = ("demo", *SIZE, "--workspace", windows.place.there / "demo")
    first = windows.omt(*command)
    assert first.code == 0, first.out + first.err
    assert b"Verified: nothing differs." in first.out
    assert b"Files sent: 116 " in first.out
    again = windows.omt(*command)
    assert again.code == 0, again.out + again.err
    assert b"Mode: recovery" in again.out
    assert b"Files sent: 0 " in again.out
    assert b"Verified: nothing differs." in again.out


def test_a_live_migration_is_interrupted_in_a_console_resumed_thawed_and_purged(windows: Windows) -> None:
    site, work = windows.place.there / "site", windows.place.there / "work"
    assert windows.omt("simulate", site, *SIZE).code == 0
    service = windows.place.here / "site/machine/C/SuperOffice/Customer Service/config"
    before = service.read_bytes()
    with serving(windows, truth(windows)["tenant_plans"]) as tenant:
        answers = give_answers(windows, tenant)
        with windows.console(PYTHON, *OMT, "migrate", *answers, "--workspace", work, "--limit-rate", "60K") as console:
            console.wait_for("The installation on site is frozen")
            console.wait_for("Uploading")
            console.interrupt()
            assert console.wait() == 130, console.text
        assert "omt thaw" in console.text
        assert service.read_bytes() != before
        done = windows.omt("migrate", *answers, "--workspace", work, "--json")
        assert done.code == 0, done.out + done.err
        result = done.json_lines()[-1]
        assert (result["event"], result["missing"], result["failed"]) == ("result", 0, 0)
    thawed = windows.omt("thaw", *answers, "--workspace", work)
    assert thawed.code == 0, thawed.out + thawed.err
    assert service.read_bytes() == before
    purged = windows.omt("purge", "--all", "--workspace", work)
    assert purged.code == 0, purged.out + purged.err
    assert not any((windows.place.here / "work").glob("*"))


def truth(windows: Windows) -> dict[str, Any]:
    """What the simulator says that it built."""
    told: dict[str, Any] = json.loads((windows.place.here / "site" / "truth.json").read_text(encoding="utf-8"))
    return told


def give_answers(windows: Windows, tenant: dict[str, Any]) -> tuple[str | PureWindowsPath, ...]:
    """Write the answers for this tenant beside the simulator's own, and return the option that names them."""
    given = (windows.place.here / "site" / "answers.toml").read_text(encoding="utf-8")
    online = "".join(f"{key} = {json.dumps(tenant[key])}\n" for key in ("url", "token_file"))
    (windows.place.here / "site" / "live.toml").write_text(f"{given}\n[online]\n{online}", encoding="utf-8")
    return ("--answers", windows.place.there / "site" / "live.toml")
