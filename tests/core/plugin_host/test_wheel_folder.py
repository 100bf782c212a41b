"""Wheels of partners: put into the folder beside the tool, used from there, taken out, and refused with the reason."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from omt_core.api import files as patient
from omt_core.api.errors import InputError
from omt_core.api.language import translated
from omt_core.plugin_host.manager import PluginState, find_plugins
from omt_core.plugin_host.unpacked import CONTENTS, elsewhere
from omt_core.plugin_host.wheel_folder import WheelFolder
from tests.core.plugin_host.wheels import make_wheel


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WheelFolder:
    """The folder beside a tool that was unpacked from the zip."""
    top = tmp_path / "omt-1.0-win64"
    (top / "plugins").mkdir(parents=True)
    (top / CONTENTS).write_text("{}")
    monkeypatch.setattr(sys, "prefix", str(top / "python"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    found = WheelFolder.of_this_installation(tmp_path / "data")
    assert found is not None
    return found


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    return make_wheel(tmp_path / "given", "partner_rule", plugins={"partner": "partner_rule:Rule"})


def names(folder: WheelFolder) -> list[str]:
    return sorted(path.name for path in folder.folder.iterdir())


def refusal(folder: WheelFolder, files: Sequence[Path]) -> InputError:
    before = names(folder)
    with pytest.raises(InputError) as caught:
        folder.add(files)
    assert names(folder) == before
    return caught.value


def test_a_wheel_that_was_added_brings_its_plugin_from_the_next_start_on(folder: WheelFolder, rule: Path) -> None:
    folder.add([rule])
    assert folder.use() == ()
    (found,) = (one for one in find_plugins(extra=(), disabled=()) if one.name == "partner")
    assert (found.state, found.source) == (PluginState.ACTIVE, "partner_rule 1.0")
    assert names(folder) == [rule.name]


def test_a_wheel_that_a_person_put_into_the_folder_is_used_like_one_that_was_added(
    folder: WheelFolder, rule: Path
) -> None:
    rule.rename(folder.folder / rule.name)
    assert folder.use() == ()
    assert "partner" in {one.name for one in find_plugins(extra=(), disabled=())}


def test_nothing_is_written_beside_the_tool_when_it_starts(folder: WheelFolder, rule: Path) -> None:
    folder.add([rule])
    folder.folder.chmod(0o500)
    before = {path: path.stat().st_mtime_ns for path in folder.folder.parent.rglob("*")}
    folder.use()
    assert {path: path.stat().st_mtime_ns for path in folder.folder.parent.rglob("*")} == before


def test_a_wheel_is_unpacked_once(folder: WheelFolder, rule: Path) -> None:
    folder.add([rule])
    folder.use()
    (module,) = folder.unpacked.rglob("partner_rule/__init__.py")
    before = module.stat().st_ctime_ns
    folder.use()
    assert (module.stat().st_ctime_ns, len(list(folder.unpacked.iterdir()))) == (before, 1)
    assert sum(Path(one).is_relative_to(folder.unpacked) for one in sys.path) == 1


@pytest.mark.parametrize("left", [None, b"", b"\0" * 74])
def test_what_a_power_loss_or_a_virus_scanner_took_of_an_unpacked_wheel_is_unpacked_again(
    folder: WheelFolder, rule: Path, left: bytes | None
) -> None:
    folder.add([rule])
    folder.use()
    (module,) = folder.unpacked.rglob("partner_rule/__init__.py")
    whole = module.read_bytes()
    module.unlink()
    if left is not None:
        module.write_bytes(left)
    assert folder.use() == ()
    assert module.read_bytes() == whole
    assert len(list(folder.unpacked.iterdir())) == 1


def test_a_newer_version_takes_the_place_of_the_older(folder: WheelFolder, rule: Path, tmp_path: Path) -> None:
    folder.add([rule])
    folder.use()
    newer = make_wheel(tmp_path / "given", "partner_rule", "2.0", plugins={"partner": "partner_rule:Rule"})
    ((wheel, (old,)),) = folder.add([newer])
    assert (str(old.version), str(wheel.version), names(folder)) == ("1.0", "2.0", [newer.name])


def test_what_a_plugin_needs_is_given_with_it_and_goes_with_it(folder: WheelFolder, tmp_path: Path) -> None:
    needed = make_wheel(tmp_path / "given", "partner_names", files={"partner_names.py": ""})
    rule = make_wheel(
        tmp_path / "given",
        "partner_rule",
        plugins={"partner": "partner_rule:Rule"},
        requires=["partner-names>=1", "pluggy", "nowhere; extra == 'tests'", "nowhere; sys_platform == 'none'"],
    )
    refused = refusal(folder, [rule])
    assert (refused.code, refused.message) == (
        "wheel-needs-others",
        "partner-rule 1.0 needs partner-names>=1, which is not there.",
    )
    folder.add([rule, needed])
    assert folder.use() == ()
    assert {wheel.name for wheel in folder.remove("partner")} == {"partner-rule", "partner-names"}
    assert names(folder) == []


def test_what_another_plugin_needs_is_not_taken_out_from_under_it(folder: WheelFolder, tmp_path: Path) -> None:
    base = make_wheel(tmp_path / "given", "partner_base", plugins={"base": "partner_base:Rule"})
    rule = make_wheel(
        tmp_path / "given", "partner_rule", plugins={"partner": "partner_rule:Rule"}, requires=["partner_base"]
    )
    folder.add([rule, base])
    with pytest.raises(InputError, match=r"partner-base 1\.0 is needed by partner-rule 1\.0"):
        folder.remove("base")
    folder.remove("partner-rule")
    assert names(folder) == [base.name]


def test_a_plugin_that_no_wheel_brings_cannot_be_removed(folder: WheelFolder, rule: Path) -> None:
    folder.add([rule])
    with pytest.raises(InputError) as caught:
        folder.remove("checks")
    assert caught.value.code == "plugin-not-added"
    assert "partner" in caught.value.remedy


@pytest.mark.parametrize(
    ("name", "options", "code", "words"),
    [
        ("other", {"plugins": {"checks": "other:Rule"}}, "plugin-name-taken", "from online-migration-tool"),
        ("other", {"tag": "cp39-cp39-win32", "plugins": {"other": "other:Rule"}}, "wheel-for-another-python", "win32"),
        ("other", {"python": ">=4", "plugins": {"other": "other:Rule"}}, "wheel-for-another-python", ">=4"),
        ("other", {}, "wheel-without-plugin", "omt.plugins"),
        ("omt_crm", {"plugins": {"other": "omt_crm:Rule"}}, "wheel-in-the-way", "omt_crm of the tool"),
        ("json", {"plugins": {"other": "json:Rule"}}, "wheel-in-the-way", "json of Python"),
        ("pluggy", {"plugins": {"other": "pluggy:Rule"}}, "wheel-in-the-way", "pluggy "),
    ],
)
def test_a_wheel_that_cannot_take_part_is_refused(
    folder: WheelFolder, name: str, options: dict[str, Any], code: str, words: str
) -> None:
    refused = refusal(folder, [make_wheel(folder.folder.parent / "given", name, **options)])
    assert (refused.code, words in refused.message) == (code, True)


def test_packages_hidden_by_those_of_the_tool_are_found_in_every_part_of_a_wheel(
    folder: WheelFolder, tmp_path: Path
) -> None:
    files = {"other-1.0.data/purelib/omt_core/__init__.py": "", "other.py": ""}
    wheel = make_wheel(tmp_path / "given", "other", files=files, plugins={"other": "other:Rule"})
    assert refusal(folder, [wheel]).code == "wheel-in-the-way"


def test_two_wheels_with_one_package_are_refused(folder: WheelFolder, rule: Path, tmp_path: Path) -> None:
    folder.add([rule])
    twin = make_wheel(
        tmp_path / "given", "other", files={"partner_rule/__init__.py": ""}, plugins={"other": "partner_rule:Rule"}
    )
    assert refusal(folder, [twin]).message.endswith("partner_rule of partner-rule 1.0.")


@pytest.mark.parametrize("contents", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_wheel_is_refused(folder: WheelFolder, tmp_path: Path, contents: bytes) -> None:
    file = tmp_path / "partner_rule-1.0-py3-none-any.whl"
    file.write_bytes(contents)
    assert refusal(folder, [file]).code == "wheel-unreadable"


def test_a_wheel_that_is_not_there_or_not_called_like_one_is_refused(folder: WheelFolder, rule: Path) -> None:
    assert refusal(folder, [rule.with_name("nothing-1.0-py3-none-any.whl")]).code == "wheel-unreadable"
    assert refusal(folder, [rule.rename(rule.with_name("plugin.zip"))]).code == "wheel-unreadable"


@pytest.mark.parametrize("told", [("online-migration-tool", "1.0"), ("partner", "1.0"), ("evil", "2.0"), ("evil", "")])
def test_a_wheel_that_calls_itself_otherwise_than_its_file_is_refused(
    folder: WheelFolder, tmp_path: Path, told: tuple[str, str]
) -> None:
    """Else a plugin could pass for one of the tool's own, whose name says so."""
    wheel = make_wheel(tmp_path / "given", "evil", plugins={"evil": "evil:Rule"}, told=told)
    assert refusal(folder, [wheel]).code == "wheel-unreadable"
    wheel.rename(folder.folder / wheel.name)
    assert [one.default for one in folder.use()] == [False]
    assert "evil" not in {one.name for one in find_plugins(extra=(), disabled=())}


@pytest.mark.parametrize("inner", ["online_migration_tool-1.0.dist-info", "x-1.0.DIST-INFO", "x.egg-info"])
def test_a_wheel_with_a_second_distribution_in_it_is_refused(folder: WheelFolder, tmp_path: Path, inner: str) -> None:
    files = {
        "evil.py": "",
        f"evil-1.0.data/purelib/{inner}/METADATA": "Name: online-migration-tool\nVersion: 1.0\n",
        f"evil-1.0.data/purelib/{inner}/entry_points.txt": "[omt.plugins]\nextra = evil:Rule\n",
    }
    wheel = make_wheel(tmp_path / "given", "evil", files=files, plugins={"evil": "evil:Rule"})
    refused = refusal(folder, [wheel])
    assert (refused.code, inner in refused.message) == ("wheel-unreadable", True)


def test_a_name_told_in_another_spelling_is_the_same(folder: WheelFolder, tmp_path: Path) -> None:
    wheel = make_wheel(
        tmp_path / "given", "partner_rule", plugins={"partner": "partner_rule:Rule"}, told=("Partner.Rule", "1.0.0")
    )
    folder.add([wheel])
    assert folder.use() == ()


def test_a_plugin_is_called_as_its_entry_point_is_written(folder: WheelFolder, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "given", "partner_rule", plugins={"PartnerRule": "partner_rule:Rule"})
    ((added, _),) = folder.add([wheel])
    assert added.plugins == ("PartnerRule",)
    assert [one.name for one in folder.remove("PartnerRule")] == ["partner-rule"]


def encrypted(data: bytearray, start: int, central: int) -> None:
    """Set the flag of an encrypted entry."""
    data[start + 6] |= 1
    data[central + 8] |= 1


def deflate_broken(data: bytearray, start: int, central: int) -> None:
    """Make the packed bytes none that can be unpacked."""
    del central
    name, extra = (int.from_bytes(data[start + at : start + at + 2], "little") for at in (26, 28))
    data[start + 30 + name + extra] = 0xFF


@pytest.mark.parametrize("damage", [encrypted, deflate_broken])
@pytest.mark.parametrize("entry", ["partner_rule/__init__.py", "partner_rule-1.0.dist-info/METADATA"])
def test_whatever_is_damaged_in_a_wheel_it_is_refused_and_stops_no_command(
    folder: WheelFolder, tmp_path: Path, damage: Callable[[bytearray, int, int], None], entry: str
) -> None:
    wheel = make_wheel(
        tmp_path / "given",
        "partner_rule",
        plugins={"partner": "partner_rule:Rule"},
        compression=zipfile.ZIP_DEFLATED,
    )
    with zipfile.ZipFile(wheel) as file:
        start = file.getinfo(entry).header_offset
    data = bytearray(wheel.read_bytes())
    damage(data, start, data.rindex(entry.encode()) - 46)
    wheel.write_bytes(data)
    assert refusal(folder, [wheel]).code in {"wheel-unreadable", "wheel-damaged"}
    wheel.rename(folder.folder / wheel.name)
    assert [one.state for one in folder.use()] == [PluginState.BROKEN]


def test_a_requirement_that_cannot_be_judged_makes_a_broken_plugin(folder: WheelFolder, tmp_path: Path) -> None:
    needs = ["nowhere; python_version ~= 'x'"]
    wheel = make_wheel(tmp_path / "given", "partner_rule", plugins={"partner": "partner_rule:Rule"}, requires=needs)
    assert refusal(folder, [wheel]).code == "wheel-unreadable"


@pytest.mark.parametrize("step", ["read_wheel", "check_wheel", "Wheel.unpacked"])
def test_whatever_comes_of_one_wheel_the_others_and_the_command_go_on(
    folder: WheelFolder, rule: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder.add([rule])

    def fails(*_: object) -> None:
        raise MemoryError("too large")

    monkeypatch.setattr(f"omt_core.plugin_host.wheel_folder.{step}", fails)
    (found,) = folder.use()
    assert (found.state, "MemoryError: too large" in found.problem) == (PluginState.BROKEN, True)


def test_a_wheel_that_goes_away_meanwhile_is_a_broken_plugin(
    folder: WheelFolder, rule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.add([rule])

    def gone(*_: object) -> None:
        (folder.folder / rule.name).unlink()

    monkeypatch.setattr("omt_core.plugin_host.wheel_folder.check_wheel", gone)
    (found,) = folder.use()
    assert "is no wheel that can be read" in found.problem


def test_what_was_unpacked_in_part_and_cannot_be_removed_hides_no_reason(
    folder: WheelFolder, rule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.add([rule])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("omt_core.plugin_host.wheel.install", full)
    monkeypatch.setattr("omt_core.plugin_host.wheel.remove_tree", full)
    (found,) = folder.use()
    assert "cannot be unpacked" in found.problem
    assert "No space left" in found.problem


def test_a_wheel_that_was_changed_after_it_was_built_is_refused_and_never_unpacked(
    folder: WheelFolder, rule: Path
) -> None:
    with zipfile.ZipFile(rule, "a") as file:
        file.writestr("partner_rule/more.py", "")
    assert refusal(folder, [rule]).code == "wheel-damaged"
    rule.rename(folder.folder / rule.name)
    (found,) = folder.use()
    assert (found.name, found.state) == ("partner", PluginState.BROKEN)
    assert not folder.unpacked.exists()


def test_a_name_in_a_wheel_that_leads_out_of_its_folder_is_not_written(folder: WheelFolder, tmp_path: Path) -> None:
    files = {"../../outside.py": "", "partner_rule.py": ""}
    wheel = make_wheel(folder.folder, "partner_rule", files=files, plugins={"partner": "partner_rule:Rule"})
    (found,) = folder.use()
    assert (found.state, wheel.name in found.source) == (PluginState.BROKEN, True)
    assert list(tmp_path.rglob("outside.py")) == []
    assert list(folder.unpacked.rglob("*")) == []


def test_a_wheel_in_the_folder_that_cannot_be_used_is_a_broken_plugin_with_the_reason(folder: WheelFolder) -> None:
    make_wheel(folder.folder, "other", plugins={"other": "other:Rule"}, requires=["partner-names"])
    (folder.folder / "notes.whl").write_text("no wheel")
    found = {one.name: one for one in folder.use()}
    assert set(found) == {"other", "notes"}
    assert {one.state for one in found.values()} == {PluginState.BROKEN}
    assert all(translated(one.problem, "de") != one.problem for one in found.values())
    assert "partner-names" in found["other"].problem
    assert {one.name: one.state for one in folder.use(["other"])} == {
        "other": PluginState.DISABLED,
        "notes": PluginState.BROKEN,
    }


def test_a_folder_that_cannot_be_written_to_is_said_with_what_to_do(
    folder: WheelFolder, rule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", denied)
    assert refusal(folder, [rule]).code == "plugins-folder-not-writable"


def test_all_older_versions_go_when_a_newer_one_comes(folder: WheelFolder, rule: Path, tmp_path: Path) -> None:
    for version in ("0.1", "0.2"):
        make_wheel(folder.folder, "partner_rule", version, plugins={"partner": "partner_rule:Rule"})
    ((_, olds),) = folder.add([rule])
    assert [str(old.version) for old in olds] == ["0.1", "0.2"]
    assert names(folder) == [rule.name]


def test_a_wheel_that_cannot_be_read_is_no_fault_of_the_folder(
    folder: WheelFolder, rule: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_wheel(tmp_path / "given", "partner_base", plugins={"base": "partner_base:Rule"})
    read = Path.read_bytes

    def torn(path: Path) -> bytes:
        if path == rule:
            raise OSError(5, "Input/output error")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", torn)
    refused = refusal(folder, [base, rule])
    assert (refused.code, rule.name in refused.message) == ("wheel-unreadable", True)


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("call", ["write_bytes", "replace", "unlink"])
def test_whichever_step_fails_all_wheels_are_changed_or_none(
    folder: WheelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, step: int
) -> None:
    """The disk may be full at the second file, and an older version held by another process."""
    plugins = {"partner": "partner_rule:Rule"}
    old = [make_wheel(folder.folder, "partner_rule", version, plugins=plugins) for version in ("0.1", "0.2")]
    files = {"partner_rule/__init__.py": "", "new.py": ""}
    same = make_wheel(folder.folder, "partner_rule", files=files, plugins=plugins)
    new = [
        make_wheel(tmp_path / "given", "partner_rule", plugins=plugins, requires=["partner-base"]),
        make_wheel(tmp_path / "given", "partner_base", plugins={"base": "partner_base:Rule"}),
    ]
    before = {path.name: path.read_bytes() for path in (*old, same)}
    after = {path.name: path.read_bytes() for path in new}
    act, left = getattr(Path, call), [step]

    def fails(path: Path, *words: object, **options: object) -> object:
        left[0] -= 1
        if left[0] == -1:
            raise OSError(28, "No space left on device")
        return act(path, *words, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, call, fails)
        try:
            folder.add(new)
            expected = after
        except InputError:
            expected = before
    assert {path.name: path.read_bytes() for path in folder.folder.glob("*.whl")} == expected
    folder.add(new)
    assert {path.name for path in folder.folder.glob("*.whl")} == after.keys()


def test_a_plugin_and_what_it_needed_go_both_or_neither(
    folder: WheelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = make_wheel(tmp_path / "given", "partner_names", files={"partner_names.py": ""})
    plugins = {"partner": "partner_rule:Rule"}
    rule = make_wheel(tmp_path / "given", "partner_rule", plugins=plugins, requires=["partner-names"])
    folder.add([rule, needed])
    before, act = names(folder), patient.replace

    def held(source: Path, target: Path) -> None:
        if source.name == needed.name:
            raise OSError(5, "Input/output error")
        act(source, target)

    monkeypatch.setattr(patient, "replace", held)
    with pytest.raises(InputError) as caught:
        folder.remove("partner")
    assert (caught.value.code, names(folder)) == ("plugins-folder-not-writable", before)


@pytest.mark.parametrize(
    ("file", "words"),
    [("uv-receipt.toml", "uv tool install"), ("pipx_metadata.json", "pipx inject"), ("pyvenv.cfg", "-m pip install")],
)
def test_an_installation_of_another_kind_has_no_such_folder_and_says_what_to_do_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, words: str
) -> None:
    (tmp_path / file).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert WheelFolder.of_this_installation(tmp_path) is None
    assert words in elsewhere().remedy
    assert not re.search(r" (and|being) ", translated(elsewhere().remedy, "de"))
