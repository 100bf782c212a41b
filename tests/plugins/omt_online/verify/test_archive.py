from __future__ import annotations

import hashlib
import json

import pytest

from omt_core.api import InputError, KnownContent
from omt_folders.disk import Disk, Reasons
from omt_folders.tree import tree_item, walk
from omt_online.verifying.archive import equal_below
from omt_online.verifying.archive_folders import ArchiveFolders


def test_files_as_they_were_migrated_are_counted(signed, verify):
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert code == 0
    assert "3 files read, 3 as migrated, 0 differ; 0 are not below" in context.text


def test_a_file_that_changed_is_named_with_line_key_and_field(signed, verify):
    signed.archive.joinpath("HH/2020.2/Letter.docx").write_bytes(b"other")
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert code == 1
    assert "archive, line 2, documents/2: digest:" in context.text
    assert context.results[0]["findings"][0]["subjects"] == ("documents/2",)


def test_a_file_that_is_not_there_is_named_with_line_key_and_name(signed, verify):
    signed.archive.joinpath("HH/2020.2/Letter.docx").unlink()
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert code == 1
    assert "archive, line 2, documents/2: file: HH/2020.2/Letter.docx is not below" in context.text
    assert "2 files read, 2 as migrated, 0 differ; 1 are not below" in context.text


def test_an_archive_is_not_held_against_a_manifest_that_nobody_signed(signed, verify):
    signed.manifest.write_bytes(signed.manifest.read_bytes().replace(b"Offer", b"Other"))
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert code == 1
    assert "The archive was not read" in context.text


def test_letters_case_does_not_matter(signed, verify):
    signed.archive.joinpath("HH").rename(signed.archive / "hh")
    signed.archive.joinpath("TEMPLATE").rename(signed.archive / "Template")
    signed.archive.joinpath("Template/NO/Mail.htm").rename(signed.archive / "Template/NO/MAIL.HTM")
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert (code, "3 as migrated" in context.text) == (0, True)


@pytest.mark.posix("folders that differ in case only are one there")
def test_a_file_is_found_in_whichever_of_the_folders_that_differ_in_case_only_it_lies(signed, verify):
    signed.archive.joinpath("HH").rename(signed.archive / "hH")
    signed.archive.joinpath("HH/2019.1").mkdir(parents=True)
    signed.archive.joinpath("Hh").mkdir()
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert (code, "3 as migrated" in context.text) == (0, True)


@pytest.mark.posix("files that differ in case only are one there")
def test_a_file_of_another_spelling_counts_where_the_one_of_just_this_name_is_another(signed, verify):
    offer = signed.archive / "HH/2019.1/Offer.docx"
    offer.rename(offer.with_name("OFFER.DOCX"))
    offer.write_bytes(b"another file")
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert (code, "3 as migrated" in context.text) == (0, True)


def test_names_are_compared_letter_by_letter_as_windows_does(tmp_path):
    (tmp_path / "MASSE.DOC").write_text("x")
    assert list(ArchiveFolders([tmp_path]).document("Ma\u00dfe.doc")) == []
    assert list(ArchiveFolders([tmp_path]).document("masse.doc")) == [tmp_path / "MASSE.DOC"]


def test_several_roots_are_searched_in_order(signed, verify, tmp_path):
    second = tmp_path / "second"
    second.joinpath("HH").mkdir(parents=True)
    signed.archive.joinpath("HH/2019.1").rename(second / "HH/2019.1")
    code, context = verify(signed.receipt, "--archive", signed.archive, "--archive", second)
    assert (code, "3 as migrated" in context.text) == (0, True)


def test_a_template_folder_may_be_a_root_of_its_own(signed, verify):
    _, context = verify(signed.receipt, "--archive", signed.archive / "TEMPLATE")
    assert "1 as migrated" in context.text


def test_a_document_of_the_neighbouring_half_year_is_the_one_if_its_content_is(signed, verify):
    signed.archive.joinpath("HH/2019.1").rename(signed.archive / "HH/2018.2")
    _, context = verify(signed.receipt, "--archive", signed.archive)
    assert "3 as migrated" in context.text
    signed.archive.joinpath("HH/2018.2/Offer.docx").write_bytes(b"another")
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert (code, "1 are not below" in context.text) == (1, True)


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/../../secret", "a\\..\\secret", "C:x", "", "a//b", "a\0b", "a\udce4"]
)
def test_a_hostile_name_leads_nowhere(tmp_path, name):
    root = tmp_path / "archive"
    root.mkdir()
    (tmp_path / "secret").write_text("x")
    assert list(ArchiveFolders([root]).document(name)) == []


@pytest.mark.posix("only there files have such names")
@pytest.mark.parametrize("stage", ["documents", "templates", "call-recordings"])
@pytest.mark.parametrize(
    "name",
    ["t\udcff.docx", "M\udcfcller/\udce4\\ud.docx", "\udcfc" * 200, "a\\b: 1.docx", "C:/x.docx", "\\x.docx"],
    ids=["letter", "folder", "long", "colon", "drive", "root"],
)
def test_a_name_that_unicode_or_windows_has_not_is_found_as_the_manifest_calls_it(signed, verify, stage, name):
    root = signed.archive / {"documents": "", "templates": "TEMPLATE", "call-recordings": "../recordings"}[stage]
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"as it was")
    (item,) = (
        tree_item(stage, file.relative, file)
        for file in walk(root, Disk((root,), reasons=Reasons(file="", folder="", outside="", link="")))
        if file.path == path
    )
    signed.put(stage, item.key, item.name, b"as it was", at="elsewhere")
    signed.sign()
    note(signed, call_recordings=signed.root / "recordings")
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert (code, "4 as migrated, 0 differ; 0 are not below" in context.text) == (0, True)
    content = KnownContent(item.name, 9, hashlib.sha256(b"as it was").hexdigest())
    assert [equal_below(root, [content], any_case=each) for each in (False, True)] == [[True], [True]]
    path.write_bytes(b"another")
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert (code, "3 as migrated, 1 differ; 0 are not below" in context.text) == (1, True)


@pytest.mark.posix("a symbolic link needs a right on Windows")
def test_a_link_that_leads_out_of_the_archive_is_not_followed(tmp_path):
    root = tmp_path / "archive"
    root.mkdir()
    (tmp_path / "secret").write_text("x")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "inside").write_text("y")
    (root / "good").symlink_to(root / "inside")
    folders = ArchiveFolders([root])
    assert list(folders.document("link")) == []
    assert list(folders.document("good")) == [root / "good"]


@pytest.fixture
def recordings(signed):
    """Files of a partner's stage, which lie in no archive."""
    for name in ("2024/a-b.wav", "c.wav"):
        signed.put("call-recordings", name, name, name.encode(), at=f"../recordings/{name}")
    signed.put("attachments", "7", "7", b"attachment", at="../attachments/7")
    signed.sign()
    return signed.root / "recordings"


def note(signed, **roots):
    (signed.root / "stages.json").write_text(
        json.dumps({name.replace("_", "-"): str(at) for name, at in roots.items()})
    )


def test_a_partners_stage_is_read_where_the_workspace_says_that_it_lay(signed, recordings, verify):
    note(signed, call_recordings=recordings)
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert (code, "5 files read, 5 as migrated" in context.text) == (0, True)
    assert "Not read: 1 of the stage attachments, whose folder is not known here." in context.text
    assert "but for who signed it and 1 file that was not read." in context.lines[-1]
    assert context.results == [{"exit_code": 0, "read": 5, "not_read": {"attachments": 1}}]
    (recordings / "c.wav").write_bytes(b"other")
    (recordings / "2024/a-b.wav").unlink()
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert code == 1
    assert "call-recordings/c.wav: digest:" in context.text
    assert "2024/a-b.wav is not below the folders given" in context.text


def test_a_stage_that_was_moved_is_read_where_the_person_says(signed, recordings, verify):
    moved = recordings.rename(signed.root / "moved")
    note(signed, call_recordings=recordings, gone=signed.root / "gone")
    with pytest.raises(InputError, match="the files of the stage call-recordings should lie") as refused:
        verify(signed.receipt, "--archive", signed.archive)
    assert (refused.value.code, "--stage call-recordings=DIR" in refused.value.remedy) == ("verify-stage-away", True)
    code, context = verify(signed.receipt, "--archive", signed.archive, "--stage", f"call-recordings={moved}")
    assert (code, "5 files read, 5 as migrated" in context.text) == (0, True)
    code, context = verify(signed.receipt, "--stage", f"call-recordings={moved}", "--key", signed.key_file())
    assert (code, "2 files read, 2 as migrated" in context.text) == (0, True)
    assert "Not read: 2 of the stage documents" in context.text
    assert context.lines[-1] == "Verified, but for 4 files that were not read."


@pytest.mark.parametrize(
    ("stages", "code"),
    [
        (["call-recording"], "verify-stage-unknown"),
        (["database"], "verify-stage-unknown"),
        (["call-recordings", "call-recordings"], "verify-stage-twice"),
    ],
)
def test_a_stage_that_the_manifest_does_not_name_or_that_is_given_twice_is_refused(
    signed, recordings, verify, stages, code
):
    given = [word for stage in stages for word in ("--stage", f"{stage}={recordings}")]
    with pytest.raises(InputError) as refused:
        verify(signed.receipt, *given)
    assert refused.value.code == code


def test_a_link_below_a_stages_root_does_not_lead_out(signed, recordings, verify):
    (recordings / "c.wav").rename(signed.root / "c.wav")
    (recordings / "c.wav").symlink_to(signed.root / "c.wav")
    code, context = verify(signed.receipt, "--stage", f"call-recordings={recordings}")
    assert (code, "c.wav is not below the folders given" in context.text) == (1, True)


@pytest.mark.parametrize("content", ["", "[1]", '{"call-recordings": 7}', "\xff"])
def test_a_note_of_roots_that_is_none_counts_for_nothing(signed, recordings, verify, content):
    (signed.root / "stages.json").write_text(content, encoding="latin-1")
    code, context = verify(signed.receipt, "--archive", signed.archive)
    assert (code, "Not read: 2 of the stage call-recordings" in context.text) == (0, True)
