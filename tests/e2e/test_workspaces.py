"""`omt workspaces` finds the migrations of this account, wherever their workspaces are."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.omt import build, run, say, serving


def test_migrations_are_listed_with_how_they_stand(tmp_path: Path) -> None:
    assert run("workspaces", folder=tmp_path).lines[:-1] == ()
    site = build(tmp_path, users=4, documents=6)
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("--answers", site.answer(tenant, test_migration=True))
        assert run("precopy", *words, folder=tmp_path).code == 0
        assert run("migrate", *words, "--workspace", tmp_path / "own place", folder=tmp_path).code == 0
    *found, result = run("workspaces", folder=tmp_path).lines
    assert result["exit_code"] == 0
    default = tmp_path / "home" / "data" / "omt" / "migrations" / site.truth["identity"]["serial"]
    assert {one["path"]: one["state"] for one in found} == {
        str(default): "unfinished", str(tmp_path / "own place"): "completed",
    }  # fmt: skip
    assert {one["kind"] for one in found if one["state"] == "completed"} == {"test"}
    (default / "journal.sqlite").write_bytes(b"no database " * 400)
    told = {one["path"]: (one["state"], one.get("error")) for one in run("workspaces", folder=tmp_path).lines[:-1]}
    assert told[str(default)] == ("unreadable", "journal-unreadable")
    assert told[str(tmp_path / "own place")] == ("completed", None)
    code, seen = say("workspaces", folder=tmp_path)
    assert code == 0
    assert "test migration, completed" in seen
    code, seen = say("status", "--workspace", tmp_path / "own place", folder=tmp_path)
    assert code == 0
    assert "Test migration\nThe last run began on 20" in seen
