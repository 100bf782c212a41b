from __future__ import annotations

from pathlib import Path

from omt_core.api.installation import DatabaseLocation, Installation, ServiceFolders
from omt_discovery.folders import unreachable_folders


def test_each_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "file").touch()
    installation = Installation(
        database=DatabaseLocation(dbms="sqlite"),
        archives=(tmp_path / "archive", tmp_path / "gone"),
        templates=tmp_path / "file",
        service=ServiceFolders(base=tmp_path / "archive"),
    )
    findings = unreachable_folders(installation)
    assert [(finding.code, finding.subjects) for finding in findings] == [
        ("folder-unreachable", (str(tmp_path / "gone"),)),
        ("folder-unreachable", (str(tmp_path / "file"),)),
    ]
