"""From page to page: Start, Recovery, Login, Confirm, Previous, Close (W5, W14-W29, W83-W89)."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field, SecretStr

from omt_core.api.decisions import Contact, EmailAddress, Language, MigrationKind, RecoveryChoice
from omt_core.api.redaction import SECRETS
from omt_core.wizard.api.request import RequestBody, answer_state, body_as, controller_of


class ChoiceRequest(RequestBody):
    """`POST /api/recovery`."""

    choice: RecoveryChoice


class LoginRequest(RequestBody):
    """`POST /api/login`."""

    user: str = Field(min_length=1, max_length=200)
    password: SecretStr = Field(max_length=1_000)


class ConfirmRequest(RequestBody):
    """`POST /api/confirm`."""

    email: EmailAddress
    phone: str = Field(default="", max_length=100)
    language: Language | None = None
    test: bool = False
    agreement: bool = False


async def look(request: web.Request) -> web.Response:
    """Return the state."""
    return answer_state(request)


async def start(request: web.Request) -> web.Response:
    """Find and open the installation."""
    await controller_of(request).start()
    return answer_state(request)


async def recovery(request: web.Request) -> web.Response:
    """Take the choice in recovery."""
    await controller_of(request).choose_recovery(body_as(request, ChoiceRequest).choice)
    return answer_state(request)


async def login(request: web.Request) -> web.Response:
    """Log on."""
    given = body_as(request, LoginRequest)
    SECRETS.add(given.password.get_secret_value())
    await controller_of(request).log_in(given.user, given.password)
    return answer_state(request)


async def confirm(request: web.Request) -> web.Response:
    """Take contact details, live or test, and the agreement."""
    given = body_as(request, ConfirmRequest)
    await controller_of(request).confirm(
        Contact(email=given.email, phone=given.phone, language=given.language),
        MigrationKind.TEST if given.test else MigrationKind.LIVE,
        agreed=given.agreement,
    )
    return answer_state(request)


async def previous(request: web.Request) -> web.Response:
    """Show the page before."""
    controller_of(request).place.go_back()
    return answer_state(request)


async def close(request: web.Request) -> web.Response:
    """End the tool."""
    await controller_of(request).close()
    return answer_state(request)
