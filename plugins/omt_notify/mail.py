"""Sends a message by e-mail. Blocking."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from omt_notify.message import Message
from omt_notify.settings import NotifySettings
from omt_protocol.tls import trust


def send_mail(message: Message, settings: NotifySettings) -> None:
    """Hand the message to the mail server.

    Raises `OSError`, which `smtplib`'s own errors are, and `OmtError` for a secret that is not there. Where the server
    refuses some recipients it is `SMTPRecipientsRefused` with these alone: the others have the message.
    """
    host = settings.smtp_host or ""
    tls = None if settings.smtp_security == "none" else trust(settings.ca_file, section="notify")
    mail = _mail(message, settings)
    password = settings.smtp_password
    secret = None if password is None else password.resolve("notify.smtp_password")
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, settings.port, timeout=settings.timeout_seconds, context=tls)
    else:
        server = smtplib.SMTP(host, settings.port, timeout=settings.timeout_seconds)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=tls)
        if settings.smtp_user is not None and secret is not None:
            server.login(settings.smtp_user, secret.get_secret_value())
        refused = server.send_message(mail)
    if refused:
        raise smtplib.SMTPRecipientsRefused(refused)


def _mail(message: Message, settings: NotifySettings) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = str(settings.sender)
    mail["To"] = ", ".join(settings.recipients)
    title, *lines = message.told(settings.spoken)
    mail["Subject"] = title
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = make_msgid(domain="omt.invalid")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join((f"{title}.", "", *lines)))
    return mail


def what_failed(error: Exception) -> str:
    """Return what went wrong by its name, without what a server may have repeated of the message or the secret."""
    name = type(error).__name__
    return f"{name} {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else name
