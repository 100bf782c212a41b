"""Files that a person looks at or edits: who has one open is told so, and nothing that was written there is lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.e2e.omt import Site, build, run


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return build(tmp_path_factory.mktemp("person"), users=5, documents=10)


def test_a_csv_file_that_cannot_be_written_is_named_and_what_was_found_is_told(site: Site, tmp_path: Path) -> None:
    (tmp_path / "review" / "usernames.csv").mkdir(parents=True)
    ended = run("check", "--answers", site.answers, "--write-csv", tmp_path / "review", folder=tmp_path)
    assert (ended.code, ended.result["error"]["code"]) == (2, "csv-not-writable")
    assert "usernames.csv" in ended.result["error"]["message"]
    assert ended.result["findings"]
    assert "Traceback" not in ended.errors


def test_what_was_edited_keeps_its_name_when_it_is_written_anew(site: Site, tmp_path: Path) -> None:
    review = tmp_path / "review"
    proposed = sorted(["missing-files.csv", "plans.csv", "usernames.csv"])
    for _ in range(2):
        assert run("check", "--answers", site.answers, "--write-csv", review, folder=tmp_path).code == 0
        assert sorted(path.name for path in review.iterdir()) == proposed
    before = (review / "plans.csv").read_bytes()
    (review / "plans.csv").write_bytes(b"edited")
    for _ in range(2):
        ended = run("check", "--answers", site.answers, "--write-csv", review, folder=tmp_path)
        assert ended.code == 0
        assert (review / "plans.csv").read_bytes() == b"edited"
        assert (review / "plans-1.csv").read_bytes() == before
        both = [str(review / name) for name in ("plans.csv", "plans-1.csv")]
        assert any(all(path in line.get("message", "") for path in both) for line in ended.lines)
    assert sorted(path.name for path in review.iterdir()) == sorted([*proposed, "plans-1.csv"])


def test_missing_files_are_written_with_their_whole_path_before_anything_is_moved(tmp_path: Path) -> None:
    site = build(tmp_path, users=5, documents=10)
    archive = site.directory / "machine/C/SO_ARC"
    away = next(path for path in sorted(archive.rglob("*.*")) if path.parent.name[0].isdigit())
    away.unlink()
    assert run("check", "--answers", site.answers, "--write-csv", tmp_path / "review", folder=tmp_path).code == 0
    with (tmp_path / "review/missing-files.csv").open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert line["expected_path"] == "\\".join(("C:", "SO_ARC", *away.relative_to(archive).parts))
    assert (line["part"], line["reason"]) == ("documents", "document-file-missing")
    assert line["date"]
