"""A secret that was given where it belongs is used and repeated nowhere: all that a migration leaves is searched."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.omt import build, run, say, serving


def texts_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all that lies in a folder, and what is in its archives."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield file.name, file.read_bytes()
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    yield f"{file.name}/{name}", archive.read(name)


def test_no_secret_is_in_log_screen_json_report_journal_or_bundle(tmp_path: Path) -> None:
    site = build(tmp_path, users=4, documents=6)
    work, logs = tmp_path / "work", tmp_path / "logs"
    logs.mkdir()
    with serving(tmp_path, words=site.plans) as tenant:
        login = (site.directory / "password.txt").read_text(encoding="utf-8").strip()
        token = tenant.token_file.read_text(encoding="utf-8").strip()
        answers = site.answer(tenant, test_migration=True)
        words = ("--answers", answers, "--workspace", work, "--debug")
        said = []
        for form, command in (("text", ("check", "--answers", answers, "--debug")), ("json", ("migrate", *words))):
            logged = ("--log-file", logs / form, "--log-format", form)
            done = run(*command, *logged, folder=tmp_path)
            assert done.code == 0, done.errors
            said += [json.dumps(done.lines, ensure_ascii=False), done.errors]
        said.append(say("migrate", *words, "--recover", "missing", folder=tmp_path)[1])
        for form in ("html", "csv", "json"):
            assert run("report", "--workspace", work, "--format", form, folder=tmp_path).code == 0
        bundle = run("support", work / "support.zip", "--yes", "--workspace", work, *words[:2], folder=tmp_path)
        assert bundle.code == 0, bundle.errors
    left = [*texts_below(work), *texts_below(logs), *texts_below(tmp_path / "home"), *texts_below(tmp_path / "temp")]
    assert {"journal.sqlite", "migration.log", "report.html", "receipt.json", "support.zip"} <= {
        name for name, _ in left
    }
    for secret in (login, token):
        assert not [text for text in said if secret in text or json.dumps(secret)[1:-1] in text]
        forms = {secret.encode("utf-8"), json.dumps(secret)[1:-1].encode("ascii")}
        assert not [name for name, content in left if any(form in content for form in forms)]
