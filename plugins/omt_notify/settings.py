"""Who is told, and how. Nothing is told before an address or a webhook is named."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, WithJsonSchema, model_validator, validate_email
from pydantic_core import PydanticCustomError

from omt_core.api import Language, PluginSettings, SecretReference, sentence
from omt_protocol.tls import is_loopback

Security = Literal["starttls", "tls", "none"]
WebhookForm = Literal["json", "teams", "slack"]
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _address(text: str) -> str:
    try:
        return validate_email(text)[1]
    except PydanticCustomError:
        raise ValueError(sentence("must be an e-mail address")) from None


Address = Annotated[str, AfterValidator(_address), WithJsonSchema({"type": "string", "format": "email"})]
"""As pydantic's `EmailStr`, which loads its validator in every command, and not with the first address."""


class NotifySettings(PluginSettings):
    """A mail server with sender and recipients, a webhook, or both."""

    smtp_host: str | None = Field(default=None, min_length=1)
    """The mail server. Without one no e-mail is sent."""

    smtp_port: int | None = Field(default=None, ge=1, le=65_535)
    """Its port; else 587 for `starttls`, 465 for `tls`, 25 for `none`."""

    smtp_security: Security = "starttls"
    """`starttls` and `tls` send nothing over a line that is not encrypted; `none` does, and takes no password but to
    this machine."""

    smtp_user: str | None = Field(default=None, min_length=1)
    """The name to log on to the mail server with."""

    smtp_password: SecretReference | None = None
    """Where the password of `smtp_user` is."""

    sender: Address | None = None
    """The address that e-mails come from."""

    recipients: tuple[Address, ...] = ()
    """The addresses that are told."""

    webhook: SecretReference | None = None
    """Where the address (https) of a webhook is: whoever knows it may write there, so that it is a secret."""

    webhook_form: WebhookForm = "json"
    """What is posted: the fields as they are, or a message as Microsoft Teams or Slack shows it."""

    ca_file: Path | None = None
    """Certificates (PEM) of the authority behind the mail server or the webhook, beside those of the system."""

    timeout_seconds: float = Field(default=15.0, gt=0)
    """How long the mail server or the webhook may take to answer."""

    tries: int = Field(default=4, ge=1, le=10)
    """How often a message is tried, before it is given up."""

    retry_seconds: float = Field(default=5.0, ge=0)
    """The pause before the second try; each further one is twice as long."""

    tenant_gone_minutes: float = Field(default=10.0, gt=0)
    """Nothing moves for so long while the upload runs: then somebody is told, once."""

    language: Language | None = None
    """The language of what people read, mails and chats; by default that of this machine. Programs read English."""

    @model_validator(mode="after")
    def _whole(self) -> NotifySettings:
        if self.smtp_host is not None and not (self.sender and self.recipients):
            raise _refused("smtp_host", sentence("must have sender and recipients beside it"))
        if self.smtp_user is not None and self.smtp_password is None:
            raise _refused("smtp_user", sentence("must have smtp_password beside it"))
        if self.smtp_password is not None and self.smtp_user is None:
            raise _refused("smtp_password", sentence("must have smtp_user beside it"))
        if self.smtp_password and self.smtp_security == "none" and not is_loopback(self.smtp_host or ""):
            raise _refused(
                "smtp_security",
                sentence("must be 'starttls' or 'tls' where a password is sent to another machine"),
            )
        return self

    @property
    def spoken(self) -> Language:
        """The language of messages."""
        return self.language or Language.of_this_machine()

    @property
    def silent(self) -> bool:
        """Whether nobody is to be told."""
        return self.smtp_host is None and self.webhook is None

    @property
    def port(self) -> int:
        """The port of the mail server."""
        return self.smtp_port or _PORTS[self.smtp_security]


def _refused(key: str, words: str) -> ValidationError:
    """Return the error of one key, where only several of them show that it cannot be."""
    problem = PydanticCustomError("value_error", "{error}", {"error": words})
    return ValidationError.from_exception_data("notify", [{"type": problem, "loc": (key,), "input": None}])
