"""How many bytes go over the line for an archive in which contents occur more than once.

Run by hand: `python benchmarks/duplicates.py [--files 20000] [--duplicates 0.3]`. It prints the bytes of all bodies
over the bytes of all different contents, and the same without what holds bundles together and without the manifest:
1.0 is a line that carries each content once.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from archive import small_files
from our_transfer import transfer_once
from table import print_table
from tenant_process import tenant_process


def main() -> None:
    """Read the options, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--mean-size", type=int, default=39_000)
    parser.add_argument("--duplicates", type=float, default=0.3)
    parser.add_argument("--settings", default="{}", help="settings of omt_upload, as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        archive = small_files(Path(name, "archive"), options.files, options.mean_size, duplicates=options.duplicates)
        with tenant_process(Path(name, "tenant")) as tenant:
            took = transfer_once(archive, tenant, Path(name, "workspace"), settings=options.settings)
            contents, stored = tenant.stored()
            framing = tenant.framing()
    row = [
        f"{archive.files}",
        f"{archive.size / 1e6:.1f}",
        f"{contents - 1}",  # without the manifest
        f"{archive.unique / 1e6:.1f}",
        f"{took.sent / 1e6:.1f}",
        f"{took.sent / archive.unique:.4f}",
        f"{(took.sent - framing - (stored - archive.unique)) / archive.unique:.4f}",
    ]
    print_table(
        ["files", "MB", "different contents", "MB of those", "MB sent", "sent / unique", "contents alone"], [row]
    )


if __name__ == "__main__":
    main()
