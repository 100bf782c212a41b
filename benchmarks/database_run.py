"""One table brought to a tenant by the code of one checkout, in a process of its own.

As a program: `python benchmarks/database_run.py CHECKOUT`, with that checkout and its plugins first in PYTHONPATH. It
reads from its input, as JSON, what `Run.words` gives, and prints as JSON what it took. So that one run can compare two
versions, it asks nothing of a checkout but what `benchmarks/database.py` has there: `tool`, `Source`, `Times`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock until the table was verified, and until it was committed; processor time of both ends."""

    seconds: float
    committed: float
    processor: float


def run_once(checkout: Path, source: dict[str, object], folder: Path) -> Took:
    """Run the tool of a checkout; its workspace and its tenant's folder are made below `folder`."""
    words = json.dumps(source | {"workspace": str(folder / "workspace"), "tenant": str(folder / "tenant")})
    (folder / "workspace").mkdir(parents=True)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, __file__, str(checkout)],
        input=words, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(checkout), str(checkout / "plugins")))},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{checkout.name} failed: {done.stderr}")
    return Took(**json.loads(done.stdout.splitlines()[-1]))


def _main(checkout: Path) -> None:
    sys.path.insert(0, str(checkout / "benchmarks"))
    import anyio  # noqa: PLC0415 - as all below: the checkout's
    import database  # noqa: PLC0415
    from tenant_process import tenant_process  # noqa: PLC0415

    words = json.load(sys.stdin)
    if words["location"]["password"] is not None:
        words["location"]["password"] = database.SecretStr(words["location"]["password"])
    source = database.Source(
        words["name"], "", "", database.DatabaseLocation(**words["location"]),
        database.DatabaseSettings(**words["settings"]),
    )  # fmt: skip
    times = database.Times()
    with tenant_process(Path(words["tenant"])) as tenant, times.measured(tenant):
        committed = anyio.run(database.tool, source, Path(words["workspace"]), tenant)
    print(json.dumps({"seconds": times.seconds[0], "processor": times.processor[0], "committed": committed}))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
