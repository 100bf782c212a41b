"""What was answered on the page is there when the tool is started again, and never a secret."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from omt_core.api.errors import InstallationError
from omt_core.api.installation import ManualAnswers
from omt_core.app import Application, compose
from omt_core.wizard.controller import SessionController, StartOptions
from omt_core.wizard.controller.session.memory import Memory, Remembered

pytestmark = pytest.mark.anyio


def put_together(sections: Mapping[str, object]) -> Application:
    return compose(options=sections)


async def test_answers_and_settings_are_remembered_but_no_password(tmp_path: Path) -> None:
    (tmp_path / "machine").mkdir()
    given = ManualAnswers(server="db", root=tmp_path / "machine", password=SecretStr("hunter2"))
    beginning = StartOptions(remembers_in=tmp_path / "data")
    async with SessionController.run(put_together, beginning) as controller:
        with pytest.raises(InstallationError):
            await controller.detect(given, {"url": "http://127.0.0.1:1/", "token_file": "/secret"})
    file = tmp_path / "data" / "wizard.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "hunter2" not in file.read_text(encoding="utf-8")
    async with SessionController.run(put_together, beginning) as controller:
        assert controller.opener.answers.server == "db"
        assert controller.opener.composer.online() == ("http://127.0.0.1:1/", "/secret")
    started_with = StartOptions(answers=ManualAnswers(server="other"), remembers_in=tmp_path / "data")
    async with SessionController.run(put_together, started_with) as controller:
        assert controller.opener.answers.server == "other"


async def test_another_workspace_is_another_migration_and_has_no_answers_of_the_first(tmp_path: Path) -> None:
    first, other = tmp_path / "first", tmp_path / "other"
    for name, folder in (("Nordlys", first), ("Solveig", other)):
        Memory(tmp_path / "data", folder).keep(Remembered(answers=name))
    assert Memory(tmp_path / "data").load() == Remembered()
    assert Memory(tmp_path / "data", tmp_path / "third").load() == Remembered()
    assert [Memory(tmp_path / "data", one).load().answers for one in (first, other)] == ["Nordlys", "Solveig"]
    options = StartOptions(remembers_in=tmp_path / "data", workspace=tmp_path / "third")
    async with SessionController.run(put_together, options) as controller:
        assert controller.opener.answers == ManualAnswers()


async def test_what_another_place_says_wins_over_what_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Memory(tmp_path).keep(Remembered(sections={"online": {"url": "http://127.0.0.1:1/"}, "gone": {"x": 1}}))
    monkeypatch.setenv("OMT_ONLINE__URL", "http://127.0.0.1:2/")
    async with SessionController.run(put_together, StartOptions(remembers_in=tmp_path)) as controller:
        assert controller.opener.composer.online()[0] == "http://127.0.0.1:2/"


def test_a_memory_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "wizard.json").write_text("{", encoding="utf-8")
    assert Memory(tmp_path).load() == Remembered()
    assert Memory(None).load() == Remembered()
