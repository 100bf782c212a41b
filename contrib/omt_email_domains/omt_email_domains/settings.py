"""The section `[email_domains]` of the settings file."""

from __future__ import annotations

from omt_core.api import PluginSettings
from pydantic import Field, field_validator

ROLE_MAILBOXES = (
    "abuse", "accounting", "admin", "billing", "contact", "hello", "help", "helpdesk", "hostmaster", "hr", "info",
    "invoice", "kontakt", "mail", "marketing", "no-reply", "noreply", "office", "post", "postmaster", "reception",
    "sales", "salg", "security", "service", "support", "webmaster",
)  # fmt: skip
"""What comes before the @ of mailboxes that several people read: RFC 2142, and what companies in the Nordic use."""


class EmailDomainsSettings(PluginSettings):
    """Both settings have a default, since a plugin is installed before it is set up."""

    allowed_domains: tuple[str, ...] = Field(
        default=(),
        description="Domains that user names may be in, such as `example.com`; its sub-domains must be named as well.",
    )
    role_mailboxes: tuple[str, ...] = Field(
        default=ROLE_MAILBOXES,
        description="What stands before the @ of a mailbox that several people read; in any case.",
    )

    @field_validator("allowed_domains")
    @classmethod
    def _domains(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Take domains in any case, and with an @ in front, as people write them."""
        domains = tuple(domain.strip().removeprefix("@").casefold() for domain in given)
        for number, domain in enumerate(domains, start=1):
            if not domain or "@" in domain or any(character.isspace() for character in domain):
                raise ValueError(f"member {number} is not a domain; write it like example.com")
        return domains

    @field_validator("role_mailboxes")
    @classmethod
    def _mailboxes(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name.strip().casefold() for name in given)
