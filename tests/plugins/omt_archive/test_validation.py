"""The findings about the whole archive."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_archive import ArchivePlugin
from omt_archive.settings import ArchiveSettings
from omt_archive.validation import Tally
from omt_core.api import DatabaseLocation, FoundFiles, Installation
from omt_core.api.calls import ContributeUploadStages, ValidateDocuments
from omt_core.api.findings import Severity
from omt_core.api.installation import ServiceFolders
from omt_folders import disk

pytestmark = pytest.mark.anyio


class Surroundings:
    workspace = None

    def emit(self, event):
        pass


async def findings(site, open_database, **settings):
    plugin = ArchivePlugin(ArchiveSettings(**settings))
    async with open_database(site.file) as database:
        call = ValidateDocuments(installation=site.installation, database=database, run=Surroundings())
        found = await plugin.validate_documents(call)
    assert {one.code for one in found} <= {code.code for code in plugin.add_finding_codes()}
    assert len({one.code for one in found}) == len(found)
    return {one.code: one for one in found}


async def test_a_clean_installation_has_no_warnings_or_errors(clean_site, open_database):
    found = await findings(clean_site, open_database)
    assert [one for one in found.values() if one.severity is not Severity.INFO] == []
    assert found.keys() <= {"archive-files-ignored", "path-too-long"}


async def test_logs_and_personal_files_are_told_as_left_by_rule(clean_site, open_database):
    ignored = (await findings(clean_site, open_database))["archive-files-ignored"].subjects
    assert {r"C:\SO_ARC\DATA", r"C:\SO_ARC\Wishlist", r"C:\SO_ARC\Task_1.trt"} <= set(ignored)
    assert set(clean_site.truth["counts"]["files"]["personal"]) <= set(ignored)


@pytest.mark.parametrize(
    ("slug", "code", "severity"),
    [
        ("missing-file", "document-file-missing", Severity.WARNING),
        ("wrong-period", "document-file-misplaced", Severity.WARNING),
        ("blank-name", "document-name-blank", Severity.WARNING),
        ("no-appointment", "document-without-appointment", Severity.WARNING),
        ("missing-associate", "document-without-owner", Severity.WARNING),
        ("hostile-name", "document-name-hostile", Severity.WARNING),
        ("unreadable", "file-unreadable", Severity.WARNING),
        ("other-provider", "document-stored-elsewhere", Severity.INFO),
        ("zero-bytes", "document-empty", Severity.INFO),
        ("orphan", "file-without-document", Severity.INFO),
    ],
)
async def test_each_plant_is_one_finding_with_exactly_its_subjects(planted_site, open_database, slug, code, severity):
    found = (await findings(planted_site, open_database))[code]
    assert list(found.subjects) == planted_site.subjects(slug)
    assert found.severity is severity
    assert found.message.startswith(f"{len(found.subjects)} in all.")


async def test_where_a_misplaced_file_lies_is_told_of_one_and_where_to_see_it_of_all(planted_site, open_database):
    found = (await findings(planted_site, open_database))["document-file-misplaced"]
    assert " Expected as C:\\SO_ARC\\" in found.message
    assert " A file of its name lies at C:\\SO_ARC\\" in found.message
    assert "--write-csv" in found.remedy


async def test_nothing_is_found_that_was_not_planted(planted_site, clean_site, open_database):
    planted, clean = await findings(planted_site, open_database), await findings(clean_site, open_database)
    assert len(planted.keys() - clean.keys() - {"path-too-long"}) == 10


async def test_a_missing_archive_with_documents_is_an_error(new_site, open_database):
    site = new_site()
    shutil.rmtree(site.installation.archives[1])
    found = await findings(site, open_database)
    assert found["archive-root-missing"].severity is Severity.ERROR
    assert found["archive-root-missing"].subjects == (r"D:\SO_ARC2",)


async def test_a_missing_archive_that_nobody_misses_is_a_warning(new_site, open_database, tmp_path):
    site = new_site()
    site.add_archive(tmp_path / "gone")
    assert (await findings(site, open_database))["archive-root-missing"].severity is Severity.WARNING


@pytest.mark.parametrize("tree", ["archive", "second archive", "owner", "attachments", "templates"])
async def test_a_tree_that_is_empty_is_an_error_that_names_it(new_site, open_database, tree):
    site = new_site()
    first, second = site.installation.archives
    owner = max(
        (folder for folder in first.iterdir() if folder.is_dir() and folder.name not in {"TEMPLATE", "DATA"}),
        key=lambda folder: sum(path.is_file() for path in folder.rglob("*")),
    )
    folder, shown = {
        "archive": (first, r"C:\SO_ARC"),
        "second archive": (second, r"D:\SO_ARC2"),
        "owner": (owner, rf"C:\SO_ARC\{owner.name}"),
        "attachments": (site.machine / "D" / "CS_ATTACH", r"D:\CS_ATTACH"),
        "templates": (first / "TEMPLATE", r"C:\SO_ARC\TEMPLATE"),
    }[tree]
    shutil.rmtree(folder)
    folder.mkdir()
    if tree == "archive":
        (folder / "TEMPLATE").mkdir()
    found = (await findings(site, open_database, missing_files=5))["tree-incomplete"]
    assert found.severity is Severity.ERROR
    assert shown in found.subjects
    assert shown in found.message


@pytest.mark.parametrize("tree", ["archive", "owner", "attachments", "templates"])
async def test_a_tree_of_files_without_content_is_an_error_that_names_it(new_site, open_database, tree):
    site = new_site()
    first = site.installation.archives[0]
    owner = max(
        (folder for folder in first.iterdir() if folder.is_dir() and folder.name not in {"TEMPLATE", "DATA"}),
        key=lambda folder: sum(path.is_file() for path in folder.rglob("*")),
    )
    folder, shown = {
        "archive": (first, r"C:\SO_ARC"),
        "owner": (owner, rf"C:\SO_ARC\{owner.name}"),
        "attachments": (site.machine / "D" / "CS_ATTACH", r"D:\CS_ATTACH"),
        "templates": (first / "TEMPLATE", r"C:\SO_ARC\TEMPLATE"),
    }[tree]
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"")
    share = 0.6 if tree == "owner" else 0.9
    found = (await findings(site, open_database, missing_files=5, missing_share=share))["tree-without-content"]
    assert found.severity is Severity.ERROR
    assert shown in found.subjects
    assert shown in found.message


async def test_a_few_empty_files_are_no_reason_to_stop(planted_site, open_database):
    assert "tree-without-content" not in await findings(planted_site, open_database, missing_files=4)


async def test_a_few_missing_files_are_no_reason_to_stop(planted_site, open_database):
    assert "tree-incomplete" not in await findings(planted_site, open_database)


async def test_a_folder_of_the_service_or_of_templates_that_is_not_there_is_an_error(new_site, open_database):
    site = new_site()
    shutil.rmtree(site.machine / "C" / "SuperOffice" / "Customer Service" / "text")
    shutil.rmtree(site.installation.archives[0] / "TEMPLATE")
    found = await findings(site, open_database)
    assert found["service-folder-missing"].severity is Severity.ERROR
    assert found["template-folder-missing"].severity is Severity.ERROR


async def test_a_renamed_owners_folder_is_one_finding_with_the_answer(new_site, open_database):
    site = new_site()
    first = site.installation.archives[0]
    login = next(folder.name for folder in sorted(first.iterdir()) if any(folder.glob("[0-9]*.[12]")))
    for root in site.installation.archives:
        if (root / login).exists():
            (root / login).rename(root / "HHOLD")
    found = await findings(site, open_database)
    assert found["owner-folder-renamed"].subjects == (login,)
    assert f'[archive] owners = {{ "{login}" = "HHOLD" }}' in found["owner-folder-renamed"].message
    assert "file-without-document" not in found


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"templates": "C/SO_ARC"}, (r"C:\SO_ARC",)),
        ({"templates": "C"}, ("C:\\", r"C:\SO_ARC", r"C:\SuperOffice\Customer Service\attachments")),
        ({"templates": "D/CS_ATTACH"}, (r"D:\CS_ATTACH",)),
        ({"templates": "D/CS_ATTACH/0"}, (r"D:\CS_ATTACH\0", r"D:\CS_ATTACH")),
        ({"service": {"texts": "C/SO_ARC"}}, (r"C:\SO_ARC",)),
        ({"service": {"templates": "D"}}, ("D:\\", r"D:\CS_ATTACH")),
    ],
)
async def test_a_folder_that_stands_for_two_things_is_an_error_that_names_both(new_site, open_database, changed, told):
    site = new_site()
    site.installation = replace(
        site.installation,
        **{
            name: site.machine / given
            if isinstance(given, str)
            else ServiceFolders(**{key: site.machine / folder for key, folder in given.items()})
            for name, given in changed.items()
        },
    )
    found = (await findings(site, open_database))["folders-overlap"]
    assert found.severity is Severity.ERROR
    assert set(told) <= set(found.subjects)
    assert all(name in found.message for name in told)


async def test_a_workspace_in_a_folder_that_the_database_names_is_an_error(new_site, open_database, monkeypatch):
    site = new_site()
    monkeypatch.setattr(Surroundings, "workspace", site.machine / "D/CS_ATTACH/work")
    found = (await findings(site, open_database))["folders-overlap"]
    assert set(found.subjects) == {r"D:\CS_ATTACH", r"D:\CS_ATTACH\work"}


async def test_attachments_that_are_shorter_than_their_rows_say_are_told_by_their_ids(new_site, open_database):
    site = new_site()
    items = {item.key: item for item in await site.items("attachments")}
    keys = sorted(items, key=int)[:2]
    items[keys[0]].path.write_bytes(b"")
    items[keys[1]].path.write_bytes(items[keys[1]].path.read_bytes()[:-1])
    found = (await findings(site, open_database))["attachment-file-short"]
    assert list(found.subjects) == keys
    assert found.message.startswith("2 in all.")


async def test_files_in_the_cloud_are_counted_with_their_size(new_site, open_database, monkeypatch):
    monkeypatch.setattr(disk, "recalled", lambda status: status.st_size > 0)
    site = new_site()
    found = (await findings(site, open_database))["files-in-the-cloud"]
    assert " bytes. " in found.message


async def test_the_stages_have_the_names_titles_and_order_of_the_upload_table(clean_site, open_database, tmp_path):
    plugin = ArchivePlugin(ArchiveSettings())
    async with open_database(clean_site.file) as database:
        stages = await plugin.contribute_upload_stages(
            ContributeUploadStages(
                installation=clean_site.installation,
                database=database,
                workspace=tmp_path,
                snapshot="",
                run=Surroundings(),
            )
        )
    assert [(one.name, one.title, one.order, one.kind) for one in stages] == [
        ("templates", "Templates", 30, "files"),
        ("documents", "Documents", 40, "files"),
        ("customer-service", "Customer Service", 50, "files"),
        ("attachments", "Attachments", 60, "files"),
    ]


DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(("HH", "Åse")),
        st.sampled_from(("2014.1", "2014.2")),
        st.sampled_from(("a.txt", "b.txt", "x" * 230 + ".txt", "x" * 250 + ".txt")),
        st.sampled_from((0, 0, 1, 100)),
    ),
    min_size=1,
    max_size=8,
)


@given(DOCUMENTS)
def test_documents_in_columns_are_counted_as_one_by_one(documents):
    root = Path("/machine")
    archive = root / "C" / "SO_ARC"
    columns = FoundFiles(
        stage="documents",
        keys=[str(number) for number, _ in enumerate(documents)],
        names=[f"{owner}/{period}/{name}" for owner, period, name, _ in documents],
        locations=[str(archive / owner / period / name) for owner, period, name, _ in documents],
        sizes=[size for *_, size in documents],
        mtimes_ns=[1] * len(documents),
        ctimes_ns=[1] * len(documents),
    )
    installation = Installation(archives=(archive,), root=root, database=DatabaseLocation(dbms="sqlite"))
    one, other = Tally(installation), Tally(installation)
    one.add(columns)
    other.add(list(columns))
    assert one.findings() == other.findings()
    assert (one.content, one.found, one.expected) == (other.content, other.found, other.expected)
