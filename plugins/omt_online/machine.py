"""The way to the tenant from this machine: proxy, certificate, clock. No secret goes there, nobody is logged on."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import anyio
from pydantic import SecretStr, ValidationError
from yarl import URL

from omt_core.api import InputError, MachineCheck, MachineState, OmtError, OnlineNotNamedError, joined, sentence
from omt_core.api.calls import ExamineMachine
from omt_online.certificate import certificate_line
from omt_online.client.address import proxy_for, tenant_url
from omt_online.client.answers import Capabilities
from omt_online.client.connection import tenant_trust
from omt_online.client.session import TenantSession
from omt_online.client.tokens import MigrationSecret, read_secret
from omt_online.findings import PLUGIN
from omt_online.settings import ClientSettings

WAY_SECONDS: Final = 20.0
"""So long the tenant may take to answer."""
CLOCKS_APART: Final = timedelta(minutes=1)
"""How far this machine's clock may be from the tenant's: times in journal, report and receipt are compared."""


async def examine(call: ExamineMachine, settings: ClientSettings) -> Sequence[MachineCheck]:
    """Go the way to the tenant once, and say how it is."""
    if call.roles["online"] != PLUGIN:
        return ()
    try:
        url = tenant_url(settings.url)
    except OnlineNotNamedError as error:
        return (
            _line(
                "tenant",
                MachineState.NOT_CHECKED,
                joined([error.message, sentence("The way to it was not looked at.")], " "),
                error.remedy,
            ),
        )
    except InputError as error:
        return (_wrong("tenant", error),)
    found = [await _token(settings)]
    try:
        proxy = proxy_for(url, settings.proxy)
    except InputError as error:
        return (*found, _wrong("proxy", error))
    found.append(_proxy_line(url, proxy, settings))
    limits = {"connect_timeout": min(settings.connect_timeout, WAY_SECONDS), "answer_timeout": WAY_SECONDS}
    bounded = settings.model_copy(update=limits)

    async def go() -> None:
        found.extend(await _tenant(url, proxy, bounded))

    async def look() -> None:
        found.append(await certificate_line(url, proxy, bounded))

    async with anyio.create_task_group() as group:
        group.start_soon(go)
        group.start_soon(look)
    return found


async def _token(settings: ClientSettings) -> MachineCheck:
    try:
        await read_secret(settings.token_file)
    except InputError as error:
        return _wrong("token", error)
    return _line(
        "token", MachineState.OK, sentence("The token file of the tenant can be read; nobody was logged on with it.")
    )


def _proxy_line(url: URL, proxy: URL | None, settings: ClientSettings) -> MachineCheck:
    if proxy is None:
        return _line("proxy", MachineState.OK, sentence("No proxy leads to {host}.", host=url.host))
    # Its user and password stay out of it.
    told = sentence(
        "The proxy {proxy}, named by the environment or the system, leads to {host}."
        if settings.proxy == "environment"
        else "The proxy {proxy}, named in online.proxy, leads to {host}.",
        proxy=proxy.origin(),
        host=url.host,
    )
    return _line("proxy", MachineState.OK, told)


async def _tenant(url: URL, proxy: URL | None, settings: ClientSettings) -> Sequence[MachineCheck]:
    try:
        session = TenantSession(url, settings, MigrationSecret(SecretStr("")), await tenant_trust(url, settings), proxy)
        try:
            before = datetime.now(UTC)
            answer = await session.send("GET", "/v1/capabilities", open_to_all=True)
            after = datetime.now(UTC)
        finally:
            await session.aclose()
        able = Capabilities.model_validate_json(answer.body)
    except OmtError as error:
        unknown = sentence("The clock was not compared: the tenant did not answer.")
        return _wrong("tenant", error), _line("clock", MachineState.NOT_CHECKED, unknown)
    except ValidationError:
        message = sentence("What answers at {host} is no tenant.", host=url.host)
        remedy = sentence("Check online.url, and that no proxy or login page answers in the tenant's place.")
        return (_line("tenant", MachineState.ERROR, message, remedy),)
    reached = sentence(
        "The tenant at {host} answers, and speaks version {protocol} of the protocol.",
        host=url.host,
        protocol=able.protocol,
    )
    return _line("tenant", MachineState.OK, reached), _clock(answer.headers, before + (after - before) / 2)


def _clock(headers: Mapping[str, str], here: datetime) -> MachineCheck:
    """Compare the clocks; a cache on the way says how old its answer is."""
    try:
        there = email.utils.parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return _line(
            "clock", MachineState.NOT_CHECKED, sentence("The clock was not compared: the tenant did not say its time.")
        )
    age = headers.get("Age", "")
    there = (there if there.tzinfo else there.replace(tzinfo=UTC)) + timedelta(
        seconds=int(age) if age.isdecimal() else 0
    )
    apart = here - there
    if abs(apart) <= CLOCKS_APART:
        return _line("clock", MachineState.OK, sentence("This machine's clock agrees with the tenant's."))
    return _line(
        "clock",
        MachineState.WARNING,
        sentence(
            "This machine's clock is {minutes:,} minutes ahead of the tenant's."
            if apart > timedelta()
            else "This machine's clock is {minutes:,} minutes behind the tenant's.",
            minutes=round(abs(apart).total_seconds() / 60),
        ),
        sentence("Set it, on Windows by `w32tm /resync` as an administrator, and look at the time zone too."),
    )


def _wrong(name: str, error: OmtError) -> MachineCheck:
    return _line(name, MachineState.ERROR, error.message, error.remedy)


def _line(name: str, state: MachineState, message: str, remedy: str = "") -> MachineCheck:
    return MachineCheck(name=name, state=state, message=message, remedy=remedy)
