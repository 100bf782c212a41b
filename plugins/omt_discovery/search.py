"""The whole of discovery, one step after the other; reads only, and blocks."""

from __future__ import annotations

from dataclasses import replace

from omt_core.api import Finding, ManualAnswers, sentence
from omt_core.api.calls import Discovery
from omt_discovery.answers import given
from omt_discovery.assembly import assemble
from omt_discovery.configuration import PASSWORD, USER, WEB_SERVICES, Claim, Configuration, Rank
from omt_discovery.findings import CONFIGURATION_UNREADABLE, INSTALLATION_NOT_FOUND
from omt_discovery.precedence import weigh
from omt_discovery.products.customer_service import customer_services
from omt_discovery.products.servers import servers, web_sites
from omt_discovery.products.windows_clients import windows_clients
from omt_discovery.settings import DiscoverySettings
from omt_discovery.windows.machine import Machine, machine_below, this_machine


def search(answers: ManualAnswers, settings: DiscoverySettings) -> Discovery:
    """Search this machine, or the folder that stands for one, and weigh the answers against what is found."""
    machine, trouble = _machine(answers, settings)
    found = [
        *windows_clients(machine, settings),
        *servers(machine, settings),
        *web_sites(machine, settings),
        *customer_services(machine, settings),
    ]
    configured = tuple(
        Claim(setting=WEB_SERVICES, value=address, source="settings: [discovery] web_services")
        for address in settings.web_services
    )
    hand = Configuration(name="settings", rank=Rank.ANSWERS, claims=configured, findings=trouble)
    configurations = [given(answers), hand, *found]
    if answers.windows_login:
        configurations = [_without_login(one) for one in configurations]
    discovery = assemble(weigh(configurations), configurations, machine)
    if found or not discovery.needs:
        return discovery
    message = sentence(
        "No configuration of SuperOffice CRM was found on this machine."
        if answers.root is None
        else "No configuration of SuperOffice CRM was found on {root}.",
        root=answers.root,
    )
    nothing = INSTALLATION_NOT_FOUND.finding(message)
    return Discovery(
        installation=discovery.installation,
        precedence=discovery.precedence,
        needs=discovery.needs,
        findings=(*discovery.findings, nothing),
    )


def _without_login(found: Configuration) -> Configuration:
    """Leave out user and password, so that SQL Server takes the account that runs the tool."""
    return replace(
        found,
        claims=tuple(claim for claim in found.claims if claim.setting not in {USER, PASSWORD}),
        encrypted=tuple(claim for claim in found.encrypted if claim.setting not in {USER, PASSWORD}),
    )


def _machine(answers: ManualAnswers, settings: DiscoverySettings) -> tuple[Machine, tuple[Finding, ...]]:
    if answers.root is None:
        return this_machine(settings.ansi_code_page), ()
    root = answers.root.absolute()
    try:
        machine, unreadable = machine_below(
            root, export_limit=settings.registry_export_bytes, ansi=settings.ansi_code_page
        )
    except OSError as error:
        why = error.strerror or type(error).__name__
        message = sentence("The folder {folder} was not read: {reason}.", folder=root, reason=why)
        return Machine.empty(root), (CONFIGURATION_UNREADABLE.finding(message, (str(root),)),)
    return machine, tuple(
        CONFIGURATION_UNREADABLE.finding(
            sentence("{file} was not read: {reason}.", file=path.name, reason=why), (path.name,)
        )
        for path, why in unreadable
    )
