"""A tool that uploads one large file and tells each offset that was acknowledged; the test kills it in the middle.

Its words: the settings as a file of JSON, the workspace, the file, the length of a chunk.
"""

from __future__ import annotations

import sys
from pathlib import Path

import anyio
from object_stores import connect_tool
from omt_core.api import MigrationKind
from omt_core.testing.online_side import file_of
from omt_core.testing.samples import SAMPLE_LICENCE

from omt_object_store import ObjectStoreSettings


async def main(settings: ObjectStoreSettings, workspace: Path, content: bytes, chunk: int) -> None:
    """Upload."""
    target = await connect_tool(settings, workspace)
    migration = await target.open(SAMPLE_LICENCE, MigrationKind.TEST, None)
    url, offset = await migration.create_upload(file_of(content), content[:chunk])
    print(url, flush=True)
    while offset < len(content):
        print(offset, flush=True)
        offset = await migration.send(url, offset, content[offset : offset + chunk])


anyio.run(
    main,
    ObjectStoreSettings.model_validate_json(Path(sys.argv[1]).read_bytes()),
    Path(sys.argv[2]),
    Path(sys.argv[3]).read_bytes(),
    int(sys.argv[4]),
)
