"""The inventory of templates."""

from __future__ import annotations

from collections import Counter

import pytest

from omt_core.api.items import InventoryState

pytestmark = pytest.mark.anyio


def add_template(site, key, filename, *, from_plugin=0, provider=0, deleted=0):
    columns = ["DocTmpl_id", "name", "filename", "loadTemplateFromPlugin", "autoevent_id", "deleted"]
    site.copy_row(
        "DocTmpl",
        "DocTmpl_id",
        dict(zip(columns, (key, f"template {key}", filename, from_plugin, provider, deleted), strict=True)),
    )


async def test_all_files_of_the_folder_are_found_but_those_of_travel(clean_site):
    items = await clean_site.items("templates")
    assert Counter(item.presence for item in items) == {
        InventoryState.FOUND: clean_site.truth["counts"]["files"]["templates"]
    }
    assert not [item for item in items if "TRAVEL" in item.key]
    assert {"mail.htm", "bilder/logo.png", "NO/SoLetter.docx"} <= {item.key for item in items}


async def test_a_row_without_a_file_is_missing_and_keeps_its_key_once_the_file_is_back(new_site):
    site = new_site()
    file = site.installation.archives[0] / "TEMPLATE" / "report.xlsx"
    file.rename(file.with_name("elsewhere.xlsx"))
    missing = [item for item in await site.items("templates") if item.presence is InventoryState.MISSING]
    assert [(item.key, item.reason) for item in missing] == [("report.xlsx", "template-file-missing")]
    file.with_name("elsewhere.xlsx").rename(file.with_name("REPORT.XLSX"))
    back = next(item for item in await site.items("templates") if item.key == "report.xlsx")
    assert (back.presence, back.path.name) == (InventoryState.FOUND, "REPORT.XLSX")


async def test_a_variant_in_a_language_is_enough(new_site):
    site = new_site()
    (site.installation.archives[0] / "TEMPLATE" / "SoLetter.docx").unlink()
    assert all(item.presence is InventoryState.FOUND for item in await site.items("templates"))


async def test_rows_of_other_plugins_and_deleted_rows_need_no_file(new_site):
    site = new_site()
    add_template(site, 901, "gone.docx", from_plugin=1)
    add_template(site, 902, "gone.docx", provider=7)
    add_template(site, 903, "gone.docx", deleted=1)
    assert all(item.presence is InventoryState.FOUND for item in await site.items("templates"))


async def test_a_row_that_leads_out_of_the_folder_is_refused(new_site):
    site = new_site()
    add_template(site, 904, r"..\..\secret.docx")
    refused = [item for item in await site.items("templates") if item.presence is InventoryState.REFUSED]
    assert [(item.key, item.reason) for item in refused] == [("row:904", "template-name-hostile")]


async def test_a_row_whose_names_end_in_dots_and_blanks_is_the_file_that_windows_opens_for_it(new_site):
    site = new_site()
    add_template(site, 905, "NO \\SoLetter.docx. ")
    add_template(site, 906, "...")
    items = [item for item in await site.items("templates") if item.presence is not InventoryState.FOUND]
    assert [(item.key, item.reason) for item in items] == [("row:906", "template-name-hostile")]


@pytest.mark.symlinks
async def test_a_link_to_a_folder_is_told_and_not_followed(new_site, tmp_path):
    site = new_site()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("x")
    (site.installation.archives[0] / "TEMPLATE" / "link").symlink_to(tmp_path / "outside")
    items = await site.items("templates")
    assert [(item.key, item.reason) for item in items if item.presence is not InventoryState.FOUND] == [
        ("link", "folder-link")
    ]


async def test_without_a_folder_every_row_is_missing(new_site):
    site = new_site()
    folder = site.installation.archives[0] / "TEMPLATE"
    folder.rename(site.machine / "gone")
    reasons = Counter(item.reason for item in await site.items("templates"))
    assert reasons == {"template-folder-missing": 1, "template-file-missing": 8}


async def test_two_files_that_differ_in_case_only_are_two_items(new_site):
    site = new_site()
    folder = site.installation.archives[0] / "TEMPLATE"
    one = next(path for path in sorted(folder.iterdir()) if path.is_file() and path.name != path.name.upper())
    for name in (one.name.upper(), one.name.lower()):
        (folder / name).write_bytes(b"another one")
    items = await site.items("templates")
    assert len({item.key for item in items}) == len(items)
    assert {item.key for item in items} >= {one.name, one.name.upper(), one.name.lower()}
