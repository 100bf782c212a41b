"""How much memory and processor time each process of `omt demo` takes.

Run by hand: `python benchmarks/memory.py [--documents 20000] [--users 40]`. It prints one line for each process, with
the most memory it ever had resident and the processor time it took, and exits with 1 when one had more than the limit.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

_INTERVAL = 0.05
_MEGABYTE = 1e6
_SUBCOMMANDS = {"simulate", "tenant", "migrate", "verify", "demo"}


@dataclass(slots=True)
class Consumption:
    """What one process took, as far as it was seen."""

    name: str
    resident: int = 0
    processor: float = 0.0

    def look(self, process: psutil.Process) -> None:
        """Take the peak that Linux keeps, else the most that was seen."""
        times = process.cpu_times()
        self.processor = times.user + times.system
        status = Path(f"/proc/{process.pid}/status")
        peak = peak_of(status.read_text()) if status.exists() else process.memory_info().rss
        self.resident = max(self.resident, peak)


def peak_of(status: str) -> int:
    """Return the most memory that a process had resident, in bytes, from its `/proc/PID/status`."""
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def name_of(process: psutil.Process) -> str:
    """Name a process by the command it runs."""
    return next((word for word in process.cmdline() if word in _SUBCOMMANDS), "another")


def watch(command: list[str]) -> list[Consumption]:
    """Run the command to its end, looking at it and all its children again and again."""
    seen: dict[tuple[int, float], Consumption] = {}
    with psutil.Popen(command, stdout=subprocess.DEVNULL) as root:
        while root.poll() is None:
            for process in [root, *root.children(recursive=True)]:
                try:
                    key = (process.pid, process.create_time())
                    if key not in seen:
                        seen[key] = Consumption(name_of(process))
                    seen[key].look(process)
                except (psutil.Error, OSError):
                    continue  # It ended while it was looked at.
            try:
                root.wait(_INTERVAL)
            except psutil.TimeoutExpired:
                continue
    if root.returncode:
        sys.exit(f"the demo ended with {root.returncode}")
    return [consumption for consumption in seen.values() if consumption.resident]


def main() -> None:
    """Read the options, run the demo and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--limit", type=int, default=300, help="megabytes that no process may exceed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "omt_core", "demo", "--workspace", folder]
        command += ["--documents", str(arguments.documents), "--users", str(arguments.users)]
        found = watch(command)
    print(f"{'process':<20} {'peak MB':>8} {'processor s':>12}")
    for consumption in found:
        print(f"{consumption.name:<20} {consumption.resident / _MEGABYTE:>8.0f} {consumption.processor:>12.1f}")
    sys.exit(any(consumption.resident > arguments.limit * _MEGABYTE for consumption in found))


if __name__ == "__main__":
    main()
