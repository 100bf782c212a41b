"""Settings come from four places of growing weight, and what is wrong is named with its dots."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from pydantic import Field

from omt_core.answers.file import load_answers
from omt_core.api import SecretReference
from omt_core.api.errors import InputError
from omt_core.api.plugin import PluginSettings
from omt_core.settings import load_settings


class Online(PluginSettings):
    url: str = "default"
    retries: int = 3
    names: tuple[str, ...] = ()


MODELS = {"online": Online}


def online(settings: object) -> Online:
    assert isinstance(settings, Online)
    return settings


def test_later_places_win_over_earlier_ones_value_by_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[online]\nurl = "file"\nretries = 9\nnames = ["a"]\n', encoding="utf-8")
    found = online(load_settings(MODELS, file=file).section("online"))
    assert (found.url, found.retries, found.names) == ("file", 9, ("a",))
    found = online(load_settings(MODELS, file=file, answers={"online": {"url": "answers"}}).section("online"))
    assert (found.url, found.retries) == ("answers", 9)
    monkeypatch.setenv("OMT_ONLINE__URL", "environment")
    found = online(load_settings(MODELS, file=file, answers={"online": {"url": "answers"}}).section("online"))
    assert (found.url, found.retries) == ("environment", 9)
    found = online(load_settings(MODELS, file=file, options={"online": {"url": "option"}}).section("online"))
    assert (found.url, found.retries) == ("option", 9)


class Moved(PluginSettings):
    formerly: ClassVar[tuple[str, str] | None] = ("online", "tenant")

    seconds: int = 1
    bytes: int = 2


def test_a_section_that_moved_is_still_read_where_it_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = {"online": Online, "tenant": Moved}
    file = tmp_path / "settings.toml"
    file.write_text(
        '[online]\nurl = "u"\n[online.tenant]\nseconds = 5\nbytes = 6\n[tenant]\nbytes = 7\n', encoding="utf-8"
    )
    assert load_settings(models, file=file).section("tenant") == Moved(seconds=5, bytes=7)
    assert online(load_settings(models, file=file).section("online")).url == "u"
    monkeypatch.setenv("OMT_ONLINE__TENANT__SECONDS", "9")
    assert load_settings(models, file=file).section("tenant") == Moved(seconds=9, bytes=7)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("[online]\nurll = 1", "settings-invalid", "online.urll"),
        ("[nobody]\nurl = 1", "settings-invalid", "nobody"),
        ("[core]\nhook_timeout = -1", "settings-invalid", "core.hook_timeout"),
        ("[online\n", "settings-syntax", "line 1"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, code: str, words: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_settings(MODELS, file=file)
    assert caught.value.code == code
    assert words in caught.value.message


def test_a_section_of_a_plugin_that_takes_no_part_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[broken]\nanything = 1", encoding="utf-8")
    load_settings(MODELS, file=file, ignored=frozenset({"broken"}))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_settings(MODELS, file=tmp_path / "none.toml")
    assert caught.value.code == "settings-unreadable"


class Needy(PluginSettings):
    address: str


def test_a_plugin_that_needs_a_setting_stops_only_itself(tmp_path: Path) -> None:
    found = load_settings({**MODELS, "needy": Needy})
    assert online(found.section("online")).retries == 3
    with pytest.raises(InputError) as caught:
        found.section("needy")
    assert caught.value.code == "settings-missing"
    file = tmp_path / "settings.toml"
    file.write_text('[needy]\naddress = "here"\n', encoding="utf-8")
    assert load_settings({"needy": Needy}, file=file).section("needy") == Needy(address="here")


def test_the_answers_about_the_online_side_are_for_whoever_holds_that_role(monkeypatch: pytest.MonkeyPatch) -> None:
    models = {"online": Online, "object_store": Online}
    monkeypatch.setenv("OMT_CORE__ROLES__ONLINE", "object_store")
    settings = load_settings(models, answers={"online": {"url": "answers"}})
    assert online(settings.section("object_store")).url == "answers"
    assert online(settings.section("online")).url == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[core]\nhook_timout = 1", "core.hook_timout: unknown key (did you mean hook_timeout?)"),
        ("[onlin]\nurl = 1", "onlin: unknown key (did you mean online?)"),
        ("[core.wizard]\nbrowsr = 1", "core.wizard.browsr: unknown key (did you mean browser?)"),
        ("[core]\nsettle_seconds = 'soon'", "core.settle_seconds: must be a number"),
        ("[core]\nhook_timeout = 0", "core.hook_timeout: must be more than 0"),
        ("[core]\nworkspace = 1", "core.workspace: must be a path, written as a text"),
        ("[online]\nnames = 'a'", "online.names: must be a list"),
        ("online = 1", "online: must be a section with keys of its own"),
    ],
)
def test_what_is_wrong_is_said_in_words_for_a_person(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_settings(MODELS, file=file)
    assert words in caught.value.message


def test_a_file_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_settings(MODELS, file=tmp_path / "none.toml")
    assert (
        caught.value.message == f"The settings file {tmp_path / 'none.toml'} cannot be read: No such file or directory."
    )


class Recorder(PluginSettings):
    token: SecretReference | None = None
    folders: Mapping[str, tuple[Annotated[Path, Field()], ...]] = {}
    label: str | Path = ""


class Recordings(PluginSettings):
    folder: Path | None = None
    recorder: Recorder = Recorder()
    elsewhere: Path = Path("of the default")


def recordings(settings: object) -> Recordings:
    assert isinstance(settings, Recordings)
    return settings


def test_a_relative_path_starts_in_the_folder_of_the_file_that_it_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that works from one folder and not from another would be a trap."""
    file = tmp_path / "settings.toml"
    (tmp_path / "token").write_text("t0ken of the recorder\n", encoding="utf-8")
    file.write_text(
        "[core]\nworkspace = 'work'\n[recordings]\nfolder = 'wav'\n"
        "[recordings.recorder]\ntoken = { file = 'token' }\nfolders = { a = ['x', '/whole'] }\nlabel = 'text'\n",
        encoding="utf-8",
    )
    models = {"recordings": Recordings}
    settings = load_settings(models, file=file)
    found = recordings(settings.section("recordings"))
    assert (settings.core.workspace, found.folder) == (tmp_path / "work", tmp_path / "wav")
    assert found.recorder.folders == {"a": (tmp_path / "x", Path(tmp_path.anchor, "whole"))}
    assert (found.recorder.label, found.elsewhere) == ("text", Path("of the default"))
    assert found.recorder.token is not None
    assert found.recorder.token.resolve("recordings.recorder.token").get_secret_value() == "t0ken of the recorder"
    answers = {"recordings": {"folder": "wav"}}
    found = recordings(load_settings(models, answers=answers, answers_folder=tmp_path / "a").section("recordings"))
    assert found.folder == tmp_path / "a" / "wav"
    monkeypatch.setenv("OMT_RECORDINGS__FOLDER", "wav")
    assert recordings(load_settings(models, file=file).section("recordings")).folder == Path("wav")


@pytest.mark.parametrize(
    ("core", "sections"),
    [
        ("[core.roles]\nonline = 'object_store'\n", ("online", "plugins.object_store")),
        ("[core.replace]\nonline = 'object_store'\n", ("online", "plugins.object_store")),
        ("[core.replace]\nauth = 'object_store'\n", ("plugins.auth", "plugins.object_store")),
        ("", ("online", "plugins.online")),
    ],
)
def test_two_sections_of_the_answers_for_one_plugin_are_put_together_and_a_key_given_twice_is_refused(
    tmp_path: Path, core: str, sections: tuple[str, str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(core, encoding="utf-8")
    models = {"online": Online, "object_store": Online}
    holder = "object_store" if core else "online"
    for one, other in (sections, sections[::-1]):
        settings = load_settings(models, file=file, answers={one: {"url": "answers"}, other: {"retries": 7}})
        found = online(settings.section(holder))
        assert (found.url, found.retries) == ("answers", 7)
        with pytest.raises(InputError) as caught:
            load_settings(models, file=file, answers={one: {"url": "a"}, other: {"url": "b"}})
        assert caught.value.code == "settings-invalid"
        assert f"{other}.url: given as {one}.url too" in caught.value.message


def test_a_section_of_the_answers_for_a_plugin_called_online_is_not_for_another_that_holds_the_role(
    tmp_path: Path,
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[core.roles]\nonline = 'object_store'\n", encoding="utf-8")
    models = {"online": Online, "object_store": Online}
    settings = load_settings(models, file=file, answers={"online": {"url": "a"}, "plugins.online": {"url": "b"}})
    assert [online(settings.section(name)).url for name in ("object_store", "online")] == ["a", "b"]


def test_the_answers_give_any_plugin_its_settings_and_a_name_that_is_no_plugins_is_told(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(
        "[login]\nuser = 'HH'\npassword = { env = 'PW' }\n[plugins.recordings]\nfolder = 'wav'\n"
        "[plugins.online]\nretries = 7\n[online]\nurl = 'answers'\n",
        encoding="utf-8",
    )
    answers = load_answers(file)
    models = {**MODELS, "recordings": Recordings}
    settings = load_settings(models, answers=answers.settings, answers_folder=answers.folder)
    assert recordings(settings.section("recordings")).folder == tmp_path.resolve() / "wav"
    assert (online(settings.section("online")).url, online(settings.section("online")).retries) == ("answers", 7)
    with pytest.raises(InputError, match=r"plugins\.recordings: no plugin has this name"):
        load_settings(MODELS, answers=answers.settings)
    load_settings(MODELS, answers=answers.settings, ignored=frozenset({"recordings"}))
