"""How many bytes go over a slow line for an archive of text, with and without packing, and what that costs.

Run by hand: `python benchmarks/compression.py [--files 3000] [--limit 5000000]`. The peer is the same transfer that
packs nothing (`upload.compress = never`); each row names its ratio to that. With `--limit 0` the line is loopback, on
which `auto` must pack nothing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from archive import text_files
from our_transfer import Took, transfer_once
from table import print_table
from tenant_process import tenant_process


def main() -> None:
    """Read the options, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=3_000)
    parser.add_argument("--mean-size", type=int, default=39_000)
    parser.add_argument("--limit", type=int, default=5_000_000, help="bytes a second; 0 is none")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        archive = text_files(Path(name, "archive"), options.files, options.mean_size)
        took: dict[str, Took] = {}
        for compress in ("never", "auto", "always"):
            with tenant_process(Path(name, f"tenant-{compress}")) as tenant:
                took[compress] = transfer_once(
                    archive,
                    tenant,
                    Path(name, f"workspace-{compress}"),
                    settings=json.dumps({"compress": compress}),
                    limit=options.limit or None,
                )
    plain = took["never"]
    rows = [
        [
            compress,
            f"{archive.size / 1e6:.1f}",
            f"{one.sent / 1e6:.1f}",
            f"{one.sent / plain.sent:.2f}",
            f"{one.seconds:.1f}",
            f"{one.seconds / plain.seconds:.2f}",
            f"{one.client:.1f}",
            f"{one.tenant:.1f}",
        ]
        for compress, one in took.items()
    ]
    print_table(
        ["compress", "MB of text", "MB sent", "of never", "seconds", "of never", "processor s, tool", "and tenant"],
        rows,
    )


if __name__ == "__main__":
    main()
