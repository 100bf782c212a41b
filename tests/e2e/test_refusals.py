"""What stops a migration before anything is changed, and with which words."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from omt_simulator import change_licence
from tests.e2e.omt import build, run, say, serving


def test_a_changed_licence_identity_stops_the_run(tmp_path: Path) -> None:
    site = build(tmp_path, licence_change=1)
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--answers", site.answer(tenant), "--recover", "missing")
        assert run(*words, "--workspace", tmp_path / "work", folder=tmp_path).code == 0
        change_licence(site.directory)
        changed = run(*words, "--workspace", tmp_path / "work", folder=tmp_path)
        assert (changed.code, changed.result["error"]["code"]) == (3, "licence-identity-changed")
        assert "company name or the serial number has changed" in changed.result["error"]["message"]
        # Nor does it help to begin in another workspace: the tenant remembers.
        elsewhere = run(*words, "--workspace", tmp_path / "other", folder=tmp_path)
        assert (elsewhere.code, elsewhere.result["error"]["code"]) == (3, "licence-identity-changed")


def test_an_accepted_tenant_refuses_every_run(tmp_path: Path) -> None:
    site = build(tmp_path)
    with serving(tmp_path, words=site.plans) as tenant:
        early = run("tenant", "accept", tenant.directory, folder=tmp_path)
        assert early.code == 4
        words = ("migrate", "--answers", site.answer(tenant), "--workspace", tmp_path / "work", "--recover", "missing")
        assert run(*words, folder=tmp_path).code == 0
        assert run("tenant", "accept", tenant.directory, folder=tmp_path).code == 0
        refused = run(*words, folder=tmp_path)
        assert (refused.code, refused.result["error"]["code"]) == (4, "migration-accepted")


def test_a_login_is_refused_for_each_reason_in_its_own_words(tmp_path: Path) -> None:
    site = build(tmp_path)
    users = site.truth["users"]
    ordinary = next(user for user in users if not user["administrator"] and not user.get("retired"))
    with serving(tmp_path, words=site.plans) as tenant:
        answers = site.answer(tenant)
        text = answers.read_text(encoding="utf-8")
        wrong = run("check", "--answers", answers, folder=tmp_path, extra={"OMT_UNUSED": "1"})
        assert wrong.code == 0
        (site.directory / "password.txt").write_text("wrong", encoding="utf-8")
        wrong = run("check", "--answers", answers, folder=tmp_path)
        assert (wrong.code, wrong.result["error"]["code"]) == (3, "login-wrong-credentials")
        (site.directory / "password.txt").write_text(ordinary["password"], encoding="utf-8")
        answers.write_text(text.replace('user = "HH"', f"user = {json.dumps(ordinary['login'])}"), encoding="utf-8")
        other = run("check", "--answers", answers, folder=tmp_path)
        assert (other.code, other.result["error"]["code"]) == (3, "login-not-administrator")
        assert ordinary["password"] not in json.dumps(other.lines) + other.errors


def test_plain_http_to_another_machine_is_refused(tmp_path: Path) -> None:
    site = build(tmp_path)
    token = tmp_path / "token"
    token.write_text("secret", encoding="utf-8")
    extra = {"OMT_ONLINE__URL": "http://tenant.example", "OMT_ONLINE__TOKEN_FILE": str(token)}
    refused = run("migrate", "--answers", site.answers, "--workspace", tmp_path / "work", folder=tmp_path, extra=extra)
    assert (refused.code, refused.result["error"]["code"]) == (2, "online-url-not-encrypted")


def test_a_database_that_is_gone_is_the_sources_trouble(tmp_path: Path) -> None:
    site = build(tmp_path)
    (site.directory / "machine/C/SuperOffice/Data/crm.sqlite").unlink()
    gone = run("check", "--answers", site.answers, folder=tmp_path)
    assert gone.code == 3
    assert gone.result["error"]["remedy"]


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("migrate",),
        ("migrate", "--answers", "no-such-file.toml"),
        ("limit", "fast"),
        ("check", "--answers", "x", "--frobnicate"),
        ("plugins", "order", "no_such_hook"),
        ("status",),
        ("--settings", "no-such-file.toml", "plugins"),
    ],
)
def test_a_wrong_call_ends_with_code_2_and_a_result_that_says_what_to_do(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    ended = run(*words, folder=tmp_path)
    assert ended.code == 2
    assert ended.result["error"]["code"]
    assert ended.result["error"]["remedy"]


def test_a_person_sees_code_words_and_remedy_and_never_a_traceback(tmp_path: Path) -> None:
    code, seen = say("migrate", "--answers", "no-such-file.toml", folder=tmp_path)
    assert code == 2
    assert "answers-unreadable" in seen
    assert "Traceback" not in seen


def test_an_unaccepted_agreement_stops_before_anything(tmp_path: Path) -> None:
    site = build(tmp_path)
    with serving(tmp_path, words=site.plans) as tenant:
        answers = site.answer(tenant, accept_agreement=False)
        refused = run("migrate", "--answers", answers, "--workspace", tmp_path / "work", folder=tmp_path)
        assert (refused.code, refused.result["error"]["code"]) == (2, "agreement-not-accepted")


def test_findings_of_severity_error_stop_before_anything_is_changed_unless_waived(tmp_path: Path) -> None:
    site = build(tmp_path, on_travel=1)
    config = site.directory / "machine/C/SuperOffice/Customer Service/config"
    before = config.read_bytes()
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--workspace", tmp_path / "work", "--answers")
        stopped = run(*words, site.answer(tenant), folder=tmp_path)
        assert (stopped.code, stopped.result["error"]["code"]) == (1, "findings-stand")
        errors = [finding["code"] for finding in stopped.result["findings"] if finding["severity"] == "error"]
        assert errors
        assert config.read_bytes() == before
        waived = site.answer(tenant, waive=errors)
        said = f"Waived, so that they stop nothing: {', '.join(sorted(errors))}."
        code, told = say(*words, waived, "--dry-run", folder=tmp_path)
        assert (code, said in told) == (0, True)
        code, told = say(*words, waived, folder=tmp_path)
        assert (code, told.index(said) < told.index("Upload completed.")) == (0, True)
        with closing(sqlite3.connect(tmp_path / "work" / "journal.sqlite")) as journal:
            assert journal.execute("SELECT count(*) FROM runs").fetchone() == (2,)


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_workspace_in_the_archive_is_refused_before_anything_is_made_there(tmp_path: Path, command: str) -> None:
    site = build(tmp_path)
    template = next(path for path in site.directory.rglob("TEMPLATE") if path.is_dir())
    with serving(tmp_path, words=site.plans) as tenant:
        words = (command, "--answers", site.answer(tenant), "--workspace", template / "work")
        refused = run(*words, folder=tmp_path)
    assert (refused.code, refused.result["error"]["code"]) == (2, "workspace-in-installation")
    assert not (template / "work").exists()
