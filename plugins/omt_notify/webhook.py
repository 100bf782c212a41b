"""Posts a message to a webhook, in the form that its reader takes. Blocking."""

from __future__ import annotations

import json
import urllib.request
from http.client import HTTPMessage
from typing import IO, Any, Final
from urllib.parse import urlsplit

from typing_extensions import override

from omt_core.api import ErrorCode, InputError
from omt_notify.message import Message
from omt_notify.settings import NotifySettings, WebhookForm
from omt_protocol.tls import is_loopback, trust

WEBHOOK_NOT_SAFE: Final = ErrorCode(
    code="webhook-not-safe",
    kind=InputError,
    meaning="The address of the webhook is not one of https; plain http is for this machine only.",
    remedy="Put an address that begins with https:// where notify.webhook says.",
)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A webhook that leads elsewhere is not followed: the message is for the one that was named."""

    @override
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def post_webhook(message: Message, settings: NotifySettings) -> None:
    """Post the message.

    Raises `OSError` where it was not taken, `InputError` for an address that is not safe or not there.
    """
    if settings.webhook is None:
        return
    url = settings.webhook.resolve("notify.webhook").get_secret_value().strip()
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise WEBHOOK_NOT_SAFE.error()
    tls = urllib.request.HTTPSHandler(context=trust(settings.ca_file, section="notify"))
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        url,
        data=json.dumps(body(message, settings.webhook_form, settings.spoken)).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "omt"},
        method="POST",
    )
    opener = urllib.request.build_opener(tls, _NoRedirect())
    with opener.open(request, timeout=settings.timeout_seconds):
        pass


def body(message: Message, form: WebhookForm, language: str = "en") -> dict[str, Any]:
    """Return what is posted: the fields, or what Teams (an Adaptive Card) or Slack shows, in a language."""
    if form == "json":
        return message.fields()
    title, *lines = message.told(language)
    if form == "slack":
        return {"text": f"*{title}*\n" + "\n".join(lines)}
    blocks = [
        {"type": "TextBlock", "text": title, "weight": "Bolder", "wrap": True},
        *({"type": "TextBlock", "text": line, "wrap": True} for line in lines),
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}
