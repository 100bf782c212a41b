"""The answers file as the wizard reads and writes it, so that one can go on with the command line (W103)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError

from omt_core.answers.errors import ANSWERS_INVALID, ANSWERS_SYNTAX
from omt_core.answers.form import OnlineForm, form_of
from omt_core.api.decisions import MigrationKind, Waiver
from omt_core.api.given import Origin
from omt_core.api.installation import ManualAnswers
from omt_core.api.sentence import sentence
from omt_core.engine.session import Snapshot
from omt_core.given_values import problems, read_toml

_PASSWORD_VARIABLE: Final = "OMT_PASSWORD"  # noqa: S105 - a name, not a secret
_DATABASE_PASSWORD_VARIABLE: Final = "OMT_DATABASE_PASSWORD"  # noqa: S105 - a name, not a secret


class _OnlineSection(OnlineForm):
    """The section `online`: settings beside the two that the form has are for the settings page."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Sections(BaseModel):
    """What the page takes of a file."""

    model_config = ConfigDict(hide_input_in_errors=True)

    installation: ManualAnswers = ManualAnswers()
    online: _OnlineSection = _OnlineSection()


def import_answers(content: bytes) -> dict[str, Any]:
    """Return what a file says about installation and online side, for the form. Secrets are not fetched.

    Raises `InputError` `text-not-readable`, `answers-syntax` or `answers-invalid`, which names the key.
    """
    values = read_toml(content, ANSWERS_SYNTAX, sentence("The file"))
    given = {key: values[key] for key in _Sections.model_fields if key in values}
    try:
        sections = _Sections.model_validate(given, context=Origin())
    except ValidationError as error:
        raise ANSWERS_INVALID.error(
            sentence("The file is not a valid answers file: {problems}.", problems=problems(error, _Sections))
        ) from None
    return {"answers": form_of(sections.installation), "online": sections.online}


def export_answers(form: Mapping[str, Any], online: OnlineForm, now: Snapshot | None) -> str:
    """Return an answers file that does what was decided so far; its secrets are to be put into the environment."""
    values: dict[str, Any] = {}
    if now is not None:
        decisions = now.decisions
        values["accept_agreement"] = decisions.agreement_accepted
        values["test_migration"] = decisions.kind is MigrationKind.TEST
        # Those of a test are not taken over into a live migration.
        values["waive"] = [_waiver(one, decisions.kind) for one in decisions.waived(decisions.kind) if one.reason]
    values["installation"] = _installation(form)
    login = None if now is None or now.administrator is None else now.administrator.login
    values["login"] = {"user": login or "", "password": {"env": _PASSWORD_VARIABLE}}
    if now is not None:
        _add_decisions(values, now)
    values["online"] = {key: value for key, value in online.model_dump().items() if value}
    return tomli_w.dumps(values)


def _waiver(waiver: Waiver, kind: MigrationKind) -> dict[str, Any]:
    """Write a waiver; one that was given for the live migration says so, as a workspace that is new cannot know it."""
    told: dict[str, Any] = {"code": waiver.names, "reason": waiver.reason}
    live = waiver.confirmed or kind is waiver.kind is MigrationKind.LIVE
    return {**told, "live": True} if live else told


def _installation(form: Mapping[str, Any]) -> dict[str, Any]:
    given = {**form, "service": {key: value for key, value in form.get("service", {}).items() if value}}
    asks_password = given.pop("password_given", False) or given.get("password")
    if asks_password:
        given["password"] = {"env": _DATABASE_PASSWORD_VARIABLE}
    return {key: value for key, value in given.items() if value}


def _add_decisions(values: dict[str, Any], now: Snapshot) -> None:
    decisions = now.decisions
    if decisions.recovery is not None:
        values["recover"] = decisions.recovery.value
    if decisions.contact is not None:
        contact = decisions.contact
        values["contact"] = {"email": contact.email, "phone": contact.phone, "language": contact.language}
    if now.users:
        everybody = [user.login for user in now.users]
        values["plans"] = {
            "default": "none",
            "assign": {login: decisions.plans.get(login, "") for login in everybody},
        }
        values["usernames"] = {"assign": dict(decisions.user_names)}
    notifications = {"welcome": decisions.notifications.welcome}
    summary = decisions.notifications.summary
    values["notifications"] = notifications if summary is None else {**notifications, "summary": summary}
