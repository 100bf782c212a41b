"""The plugin in a real host, with a real directory and a simulated CRM."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import anyio
import pytest
from directories import PASSWORD, Directory
from omt_core.api import LoginOutcome, LoginResult, Plugin, calls
from omt_core.testing.conformance import PluginConformance
from omt_core.testing.crm import build_crm, open_crm
from omt_core.testing.harness import PluginHarness
from pydantic import SecretStr

from omt_ldap_login import LdapLoginPlugin

Asked = Callable[..., LoginResult]


class TestConformance(PluginConformance):
    """What every plugin must keep to."""

    plugin_class = LdapLoginPlugin
    name = "ldap_login"
    settings = {"url": "ldaps://directory.example.com", "base_dn": "dc=example,dc=com"}  # noqa: RUF012 - of the suite


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated CRM, in which HH is an administrator."""
    return anyio.run(lambda: build_crm(tmp_path_factory.mktemp("crm") / "crm", users=6, documents=1))


@pytest.fixture
def ask(crm: Path, directory: Directory, omt_plugin: Callable[..., PluginHarness]) -> Asked:
    """Asks the plugin, in its host, to log somebody on."""

    def asked(user: str, password: str = PASSWORD, **settings: Any) -> LoginResult:
        harness = omt_plugin(LdapLoginPlugin, "ldap_login", directory.settings(**settings).model_dump())

        async def log_on() -> LoginResult:
            async with open_crm(crm) as opened:
                return await harness.dispatch.one(
                    Plugin.authenticate,
                    calls.Authenticate(
                        installation=opened.installation,
                        database=opened.calls.database,
                        user=user,
                        password=SecretStr(password),
                        run=opened.calls.run,
                    ),
                )

        return anyio.run(log_on)

    return asked


def test_an_administrator_is_told_by_name_and_addresses(ask: Asked) -> None:
    result = ask(" hanne ", login_attribute="employeeNumber")
    assert (result.outcome, result.verifier) == (LoginOutcome.ACCEPTED, "ldap")
    assert result.administrator is not None
    assert (result.administrator.login, result.administrator.full_name) == ("HH", "Hanne Hansen")
    assert result.administrator.right == "admin-all"
    assert "hanne.hansen.1@nordlys.example.com" in result.administrator.emails


def test_the_name_typed_is_the_login_where_no_attribute_says_otherwise(ask: Asked) -> None:
    assert ask("HH").outcome is LoginOutcome.ACCEPTED
    assert ask("hh").outcome is LoginOutcome.ACCEPTED


@pytest.mark.parametrize(("login", "outcome"), [("clerk", "not-administrator"), ("left", "retired")])
def test_only_administrators_who_are_still_there_may_migrate(ask: Asked, login: str, outcome: str) -> None:
    assert ask(login, login_attribute="employeeNumber").outcome.value == outcome


def test_whom_the_crm_does_not_know_has_the_wrong_name(ask: Asked) -> None:
    result = ask("nobody-of-the-crm", login_attribute="employeeNumber")
    assert result.outcome is LoginOutcome.WRONG_CREDENTIALS


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_or_an_empty_password_is_wrong(ask: Asked, password: str) -> None:
    assert ask("HH", password).outcome is LoginOutcome.WRONG_CREDENTIALS


def test_the_password_is_in_no_log_and_in_no_answer(ask: Asked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = [ask("HH"), ask("HH", f"{PASSWORD}x"), ask("HH", ca_file=None)]
    assert PASSWORD not in caplog.text + repr(told)


def test_a_directory_that_cannot_be_asked_is_told_with_the_reason(ask: Asked) -> None:
    result = ask("HH", ca_file=None)
    assert result.outcome is LoginOutcome.NO_VERIFIER
    assert "certificate" in result.detail


def test_a_plugin_that_is_not_set_up_says_so(omt_plugin: Callable[..., PluginHarness], ask: Asked) -> None:
    result = ask("HH", url="")
    assert (result.outcome, result.detail) == (LoginOutcome.NO_VERIFIER, "ldap: the setting ldap_login.url is empty")


def test_it_is_found_by_its_entry_point_when_it_is_installed() -> None:
    (entry,) = entry_points(group="omt.plugins", name="ldap_login")
    assert entry.load() is LdapLoginPlugin
