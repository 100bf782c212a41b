"""Messages reach a real mail server and a real webhook; what cannot be told is said, and holds up nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from omt_core.api.errors import InputError
from omt_core.settings import load_settings
from omt_notify.delivery import Delivery
from omt_notify.message import Message
from omt_notify.settings import NotifySettings
from tests.plugins.omt_notify.servers import (
    PASSWORD,
    USER,
    MailServer,
    WebServer,
    certified,
    mail_server,
    web_server,
)

DONE = Message(
    state="completed", at=datetime(2026, 11, 30, 3, 40, tzinfo=UTC), migration="live", sent_files=12, sent_bytes=2048,
    left_behind=1, machine="CRM01",
)  # fmt: skip


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


def by_mail(server: MailServer, **more: Any) -> NotifySettings:
    plain = {"smtp_security": "none", "sender": "omt@example.com", "recipients": ("night@example.com",)}
    return NotifySettings(smtp_host="127.0.0.1", smtp_port=server.port, **{**plain, **more})


def by_web(url: str, monkeypatch: pytest.MonkeyPatch, **more: Any) -> NotifySettings:
    monkeypatch.setenv("OMT_TEST_HOOK", url)
    return NotifySettings(webhook={"env": "OMT_TEST_HOOK"}, **more)


def deliver(settings: NotifySettings, *messages: Message) -> tuple[list[float], list[tuple[str, str]]]:
    """The pauses that were made, and what could not be told: by which way, and why."""
    pauses: list[float] = []
    delivery = Delivery(settings, pauses.append)
    for message in messages:
        delivery.tell(message)
    return pauses, [(one.way, one.why) for one in delivery.settle()]


def test_a_mail_says_what_became_of_the_migration(mail: MailServer) -> None:
    assert deliver(by_mail(mail), DONE) == ([], [])
    (came,) = mail.mails
    assert came["Subject"] == "The live migration on CRM01 is completed"
    assert (came["From"], came["To"]) == ("omt@example.com", "night@example.com")
    text = came.get_content()
    assert "Files sent: 12, 2.0 KB over the line" in text
    assert "Left behind: 1" in text
    assert "2026-11-30 03:40 UTC" in text


def test_a_mail_is_encrypted_and_the_password_sent_over_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMT_TEST_SMTP", PASSWORD)
    tls, authority = certified(tmp_path)
    secure = {"smtp_security": "starttls", "smtp_user": USER, "smtp_password": {"env": "OMT_TEST_SMTP"}}
    with mail_server(tls) as server:
        assert deliver(by_mail(server, **secure, ca_file=authority), DONE) == ([], [])
        assert server.encrypted == [True]
        _, untold = deliver(by_mail(server, **secure, tries=1), DONE)
        assert untold == [("e-mail", "SSLCertVerificationError")], "the authority is not trusted"
        monkeypatch.setenv("OMT_TEST_SMTP", "wrong")
        _, untold = deliver(by_mail(server, **secure, ca_file=authority, tries=1), DONE)
        assert untold == [("e-mail", "SMTPAuthenticationError 535")]
        assert len(server.mails) == 1


def test_what_is_refused_for_the_moment_is_tried_again_with_longer_and_longer_pauses(mail: MailServer) -> None:
    mail.busy = 3
    assert deliver(by_mail(mail, retry_seconds=5), DONE) == ([5, 10, 20], [])
    assert len(mail.mails) == 1


def test_a_recipient_who_is_refused_is_tried_again_and_nobody_is_told_twice(mail: MailServer) -> None:
    everybody = ("day@example.com", "night@example.com")
    mail.unknown = {"night@example.com": 1}
    assert deliver(by_mail(mail, recipients=everybody, retry_seconds=1), DONE) == ([1], [])
    assert mail.reached == ["day@example.com", "night@example.com"]


def test_a_recipient_who_is_never_taken_is_said_without_the_address(mail: MailServer) -> None:
    mail.unknown = {"night@example.com": 9}
    settings = by_mail(mail, recipients=("day@example.com", "night@example.com"), tries=2, retry_seconds=1)
    assert deliver(settings, DONE) == ([1], [("e-mail", "SMTPRecipientsRefused")])
    assert mail.reached == ["day@example.com"]


def test_a_server_that_never_takes_it_is_given_up_and_said() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    pauses, untold = deliver(by_mail(MailServer(port), tries=3, retry_seconds=1), DONE, DONE)
    assert pauses == [1, 2, 1, 2]
    assert untold == [("e-mail", "ConnectionRefusedError")] * 2


def test_a_webhook_gets_the_fields_and_nothing_of_the_customer(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert deliver(by_web(web.url, monkeypatch), DONE) == ([], [])
    assert web.posted == [
        {
            "state": "completed", "at": "2026-11-30T03:40:00+00:00", "migration": "live", "error": "", "sent_files": 12,
            "sent_bytes": 2048, "left_behind": 1, "machine": "CRM01",
            "title": "The live migration on CRM01 is completed",
        }
    ]  # fmt: skip


def test_slack_and_teams_get_what_they_show(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(by_web(web.url, monkeypatch, webhook_form="slack"), DONE)
    deliver(by_web(web.url, monkeypatch, webhook_form="teams"), DONE)
    slack, teams = web.posted
    assert set(slack) == {"text"}
    assert slack["text"].startswith("*The live migration on CRM01 is completed*\nFiles sent: 12")
    (card,) = teams["attachments"]
    assert (teams["type"], card["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert card["content"]["body"][0]["text"] == "The live migration on CRM01 is completed"


def test_people_read_a_message_in_their_language_and_programs_in_english(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(by_web(web.url, monkeypatch, webhook_form="slack", language="de"), DONE)
    deliver(by_web(web.url, monkeypatch, language="de"), DONE)
    slack, fields = web.posted
    assert slack["text"].startswith(
        "*Die Live-Migration auf CRM01 ist abgeschlossen*\nDateien gesendet: 12, 2,0 KB über die Leitung\n"
    )
    assert fields["title"] == "The live migration on CRM01 is completed"


def test_a_webhook_that_stumbles_is_tried_again_and_one_that_leads_elsewhere_is_not_followed(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.answers = [503, 200]
    assert deliver(by_web(web.url, monkeypatch, retry_seconds=1), DONE) == ([1], [])
    web.answers = [307]
    _, untold = deliver(by_web(web.url, monkeypatch, tries=1), DONE)
    assert untold == [("webhook", "HTTPError")]
    assert len(web.posted) == 3


def test_a_webhook_by_https_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, authority = certified(tmp_path)
    with web_server(tls) as server:
        assert deliver(by_web(server.url, monkeypatch, ca_file=authority), DONE) == ([], [])
        _, untold = deliver(by_web(server.url, monkeypatch, tries=1), DONE)
    assert untold == [("webhook", "URLError")]
    assert len(server.posted) == 1


@pytest.mark.parametrize(("url", "why"), [("http://hooks.example.com/x", "webhook-not-safe"), ("", "secret-not-found")])
def test_an_address_that_is_not_safe_or_not_there_is_not_tried_again(
    url: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deliver(by_web(url, monkeypatch, tries=4), DONE) == ([], [("webhook", why)])


def test_without_settings_nothing_is_begun() -> None:
    delivery = Delivery(NotifySettings())
    delivery.tell(DONE)
    assert delivery.settle() == ()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"smtp_host": "mail.example.com"}, "notify.smtp_host: must have sender and recipients beside it"),
        ({"smtp_user": "omt"}, "notify.smtp_user: must have smtp_password beside it"),
        ({"smtp_password": {"env": "OMT_X"}}, "notify.smtp_password: must have smtp_user beside it"),
        ({"recipients": ["night"]}, "notify.recipients.0: must be an e-mail address"),
        (
            {
                "smtp_host": "mail.example.com", "sender": "omt@example.com", "recipients": ["night@example.com"],
                "smtp_security": "none", "smtp_user": "omt", "smtp_password": {"env": "OMT_X"},
            },
            "notify.smtp_security: must be 'starttls' or 'tls' where a password is sent to another machine",
        ),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_by_the_key_that_must_change(given: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError) as refused:
        load_settings({"notify": NotifySettings}, options={"notify": given})
    assert refused.value.message == f"The settings are not valid: {why}."
