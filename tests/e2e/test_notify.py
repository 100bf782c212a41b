"""Somebody is told of a migration that ended while nobody looked, also as the process itself ends."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.omt import build, run, serving
from tests.plugins.omt_notify.servers import mail_server


def test_a_migration_tells_by_mail_that_it_is_completed_and_a_check_tells_nothing(tmp_path: Path) -> None:
    site = build(tmp_path, users=4, documents=6)
    with serving(tmp_path, words=site.plans) as tenant, mail_server() as server:
        extra = {
            "OMT_NOTIFY__SMTP_HOST": "127.0.0.1", "OMT_NOTIFY__SMTP_PORT": str(server.port),
            "OMT_NOTIFY__SMTP_SECURITY": "none", "OMT_NOTIFY__SENDER": "omt@example.com",
            "OMT_NOTIFY__RECIPIENTS": '["night@example.com"]',
        }  # fmt: skip
        words = ("--answers", site.answer(tenant), "--workspace", tmp_path / "work")
        assert run("check", "--answers", site.answer(tenant), folder=tmp_path, extra=extra).code == 0
        assert server.mails == []
        assert run("migrate", *words, folder=tmp_path, extra=extra).code == 0
    (mail,) = server.mails
    assert mail["Subject"].endswith("is completed")
    said = mail.as_string()
    assert not [user for user in ("HH", "nordlys", "Nordlys", str(tmp_path)) if user in said]
