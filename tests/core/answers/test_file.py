"""The answers file: what it may say, what is wrong with it, and where its secrets are."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.answers.file import NO_KEYS, Answers, load_answers
from omt_core.api.decisions import Contact, MigrationKind, RecoveryChoice, Waiver
from omt_core.api.errors import InputError
from omt_core.api.language import Language
from omt_core.api.redaction import SECRETS

LOGIN = '[login]\nuser = "HH"\npassword = { env = "OMT_TEST_PW" }\n'


def load(tmp_path: Path, text: str) -> Answers:
    file = tmp_path / "answers.toml"
    file.write_text(text, encoding="utf-8")
    return load_answers(file)


def test_paths_start_where_the_file_lies(tmp_path: Path) -> None:
    answers = load(
        tmp_path,
        'recover = "overwrite-test"\ntest_migration = true\n[installation]\nroot = "machine"\narchives = ["a", "/b"]\n'
         '[installation.service]\nbase = "cs"\n' + LOGIN + '[online]\nurl = "u"\ntoken_file = "token"\n',
    )  # fmt: skip
    manual = answers.installation
    assert manual.root == tmp_path / "machine"
    assert manual.archives == (tmp_path / "a", tmp_path / "/b")
    assert manual.service.base == tmp_path / "cs"
    assert (answers.kind, answers.recover) == (MigrationKind.TEST, RecoveryChoice.OVERWRITE_TEST)
    assert answers.settings == {"online": {"url": "u", "token_file": "token"}}
    assert answers.folder == tmp_path


def test_a_kind_is_named_only_where_the_file_says_it(tmp_path: Path) -> None:
    database = '[installation]\npassword = { env = "OMT_TEST_PW" }\n'
    unnamed = load(tmp_path, database + LOGIN)
    assert (unnamed.kind, unnamed.named_kind) == (MigrationKind.LIVE, None)
    for text, kind in (("false", MigrationKind.LIVE), ("true", MigrationKind.TEST)):
        answers = load(tmp_path, f"test_migration = {text}\n{database}{LOGIN}")
        assert (answers.kind, answers.named_kind) == (kind, kind)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (LOGIN + "[contact]\nemail = 'a@b.no'\nfax = '1'\n", "answers-invalid", "contact.fax: unknown key"),
        (LOGIN + "[plans.assign]\nHH = 3\n", "answers-invalid", "plans.assign.HH"),
        ("colour = 1\n" + LOGIN, "answers-invalid", "colour: unknown key"),
        ("folder = '/'\n" + LOGIN, "answers-invalid", "folder: unknown key"),
        ('[login]\nuser = "HH"\npassword = "secret"\n', "answers-invalid", "login.password"),
        ("[login]\nuser = 'HH'\npassword = { env = 'A', file = 'b' }\n", "answers-invalid", "exactly one"),
        ("a = 1\nb = = 2\n", "answers-syntax", "line 2"),
        ("", "answers-invalid", "login"),
        (
            LOGIN + "[notifications]\nwelcome = 'no'\n",
            "answers-invalid",
            "welcome: must be true or false",
        ),
        (LOGIN + "[installation]\nwindows_login = 1\n", "answers-invalid", "windows_login: must be true or false"),
        ("waive = [{ code = 'x', reason = ' ' }]\n" + LOGIN, "answers-invalid", "waive.0.reason: must not be empty"),
    ],
)
def test_what_is_wrong_is_named_with_its_key_or_its_line(tmp_path: Path, text: str, code: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    assert caught.value.code == code
    assert words in caught.value.message


def test_a_password_that_is_left_empty_is_not_given(tmp_path: Path) -> None:
    assert load(tmp_path, LOGIN + "[installation]\npassword = ''\n").database_password is None


def test_a_contact_for_whom_no_language_is_named_has_the_one_that_is_spoken(tmp_path: Path) -> None:
    unnamed = load(tmp_path, LOGIN + '[contact]\nemail = "a@b.no"\n')
    named = load(tmp_path, LOGIN + '[contact]\nemail = "a@b.no"\nlanguage = "sv"\n')
    assert unnamed.speaking(Language.GERMAN).contact == Contact(email="a@b.no", language="de")
    assert unnamed.speaking(None).contact == Contact(email="a@b.no")
    assert named.speaking(Language.GERMAN) == named


def test_a_refused_password_is_not_repeated_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, '[login]\nuser = "HH"\npassword = "hunter2hunter2"\n')
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_password_is_read_exactly_in_the_encodings_of_editors(tmp_path: Path, encoding: str, end: str) -> None:
    (tmp_path / "pw.txt").write_bytes(f" Pässword\t{end}".encode(encoding))
    answers = load(tmp_path, '[login]\nuser = "HH"\npassword = { file = "pw.txt" }\n')
    assert answers.login_password().get_secret_value() == " Pässword\t"


def test_a_secret_comes_from_environment_or_file_and_is_hidden_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMT_TEST_PW", "planted-in-environment")
    assert load(tmp_path, LOGIN).login_password().get_secret_value() == "planted-in-environment"
    (tmp_path / "pw.txt").write_text("planted in file \n", encoding="utf-8")
    answers = load(tmp_path, '[login]\nuser = "HH"\npassword = { file = "pw.txt" }\n')
    assert answers.login_password().get_secret_value() == "planted in file "
    assert SECRETS.hide("x planted-in-environment y planted in file z") == "x *** y ***z"


@pytest.mark.parametrize("place", ["env", "file", "keyring"])
def test_a_secret_that_is_not_there_is_told_by_its_key_since_what_stands_there_may_be_the_secret(
    tmp_path: Path, place: str
) -> None:
    answers = load(tmp_path, f'[login]\nuser = "HH"\npassword = {{ {place} = "hunter2/hunter2" }}\n')
    with pytest.raises(InputError, match=r"login\.password names") as caught:
        answers.login_password()
    assert caught.value.code == "secret-not-found"
    assert "hunter2" not in caught.value.message


def test_a_waiver_is_a_code_with_its_reason(tmp_path: Path) -> None:
    given = 'waive = [{ code = "plugin:partner", reason = "They know." }]\n'
    assert load(tmp_path, given + LOGIN).waivers == (Waiver(names="plugin:partner", reason="They know."),)
    (of_a_test,) = load(tmp_path, "test_migration = true\n" + given + LOGIN).waivers
    assert of_a_test.kind is MigrationKind.TEST
    for lacking in ('"no-email"', '{ code = "no-email" }', '{ code = "no-email", reason = "" }'):
        with pytest.raises(InputError, match=r"waive\.0\.reason: (is missing|must not be empty)"):
            load(tmp_path, f"waive = [{lacking}]\n{LOGIN}")


def test_what_only_a_person_knows_of_the_archive_is_for_its_plugin(tmp_path: Path) -> None:
    answers = load(tmp_path, LOGIN + '[archive]\nowners = { HH = "HHOLD" }\n')
    assert answers.settings == {"archive": {"owners": {"HH": "HHOLD"}}}
    answers = load(tmp_path, LOGIN + '[plugins.archive]\nowners = { HH = "HHOLD" }\n[plugins.online]\nverify = false\n')
    assert answers.settings == {"plugins.archive": {"owners": {"HH": "HHOLD"}}, "plugins.online": {"verify": False}}


def test_by_key_every_secret_is_where_it_is(tmp_path: Path) -> None:
    answers = load(
        tmp_path, '[installation]\nserver = "s"\npassword = { env = "DB" }\n' + LOGIN + '[plugins.notes]\nkey = "k"\n'
    )
    said = answers.by_key()
    assert (said["installation"]["server"], said["installation"]["password"]) == ("s", {"env": "DB"})
    assert list(said["login"]["password"]) in (["env"], ["file"])
    assert said["plugins"] == {"notes": {"key": "k"}}
    assert not NO_KEYS & said.keys()


@pytest.mark.parametrize("key", ["installation.password", "login.password"])
def test_a_file_is_read_without_its_secrets(tmp_path: Path, key: str) -> None:
    """Who only looks at it needs none."""
    text = LOGIN + '[installation]\nuser = "sa"\npassword = { env = "OMT_TEST_NOWHERE" }\n'
    answers = load(tmp_path, text.replace("OMT_TEST_PW", "OMT_TEST_NOWHERE"))
    with pytest.raises(InputError, match=f"{key} names"):
        answers.manual() if key.startswith("installation") else answers.login_password()


def test_a_file_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_answers(tmp_path / "none.toml")
    assert (
        caught.value.message == f"The answers file {tmp_path / 'none.toml'} cannot be read: No such file or directory."
    )
