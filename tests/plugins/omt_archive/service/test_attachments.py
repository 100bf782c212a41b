"""The inventory of attachments."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from omt_archive.service.attachment_index import number_of
from omt_core.api.installation import ServiceFolders
from omt_core.api.items import InventoryState

pytestmark = pytest.mark.anyio


async def found(site):
    return {item.key: item for item in await site.items("attachments")}


async def test_every_attachment_is_found_flat_or_in_its_range(clean_site):
    items = await clean_site.items("attachments")
    assert {item.presence for item in items} == {InventoryState.FOUND}
    assert len(items) == clean_site.truth["counts"]["files"]["attachments"]
    assert all(item.path.name == item.key == item.name for item in items)


async def test_a_file_that_is_gone_is_missing(new_site):
    site = new_site()
    item = (await found(site))["9990"]
    item.path.unlink()
    assert (await found(site))["9990"].reason == "attachment-file-missing"


async def test_a_file_in_another_location_is_a_candidate_and_not_taken(new_site):
    site = new_site()
    old, new = site.machine / "C/SuperOffice/Customer Service/attachments", site.machine / "D/CS_ATTACH"
    item = next(one for one in (await found(site)).values() if one.path.is_relative_to(new))
    item.path.rename(old / item.path.name)
    again = (await found(site))[item.key]
    assert again.presence is InventoryState.MISSING
    assert len(again.candidates) == 1


async def test_a_row_without_location_is_looked_for_in_the_first_one(clean_site):
    first = clean_site.machine / "C/SuperOffice/Customer Service/attachments"
    assert (await found(clean_site))["1"].path == first / "1"


async def test_before_locations_the_path_of_the_configuration_counts(new_site):
    site = new_site()
    shutil.copytree(
        site.machine / "D/CS_ATTACH", site.machine / "C/SuperOffice/Customer Service/attachments", dirs_exist_ok=True
    )
    site.run("DROP TABLE attachment_location")
    assert {item.presence for item in (await found(site)).values()} == {InventoryState.FOUND}


async def test_a_folder_given_by_hand_stands_in(new_site):
    site = new_site()
    moved = (site.machine / "D/CS_ATTACH").rename(site.machine / "E")
    site.installation = replace(site.installation, service=ServiceFolders(attachments=moved))
    left = [item for item in (await found(site)).values() if item.presence is not InventoryState.FOUND]
    assert [(item.name, item.reason) for item in left] == [(r"D:\CS_ATTACH", "service-folder-missing")]


async def test_files_that_no_row_owns_are_orphans(new_site):
    site = new_site()
    folder = site.machine / "D/CS_ATTACH"
    for name in ("7", "readme.txt", "99999999", "009990"):
        (folder / name).write_bytes(b"x")
    orphans = [item for item in (await found(site)).values() if item.presence is InventoryState.ORPHAN]
    assert {item.path.name for item in orphans} == {"7", "readme.txt", "99999999", "009990"}
    assert {item.reason for item in orphans} == {"file-without-attachment"}


@pytest.mark.parametrize("name", ["9123456789.pdf", "8589934592", "9999999999", "12345678901", "1\u0662.txt", "\u0661"])
async def test_a_number_that_is_no_id_belongs_to_nobody(new_site, name):
    site = new_site()
    path = site.machine / "D/CS_ATTACH" / name
    path.write_bytes(b"x")
    (orphan,) = [item for item in (await found(site)).values() if item.presence is not InventoryState.FOUND]
    assert (orphan.path, orphan.reason) == (path, "file-without-attachment")


@pytest.mark.parametrize(("name", "number"), [("8589934591", 8589934591), ("8589934592", None), ("0.txt", 0)])
def test_the_number_of_a_name_is_one_that_an_id_can_be(name, number):
    assert number_of(name) == number


async def test_a_file_with_an_extension_belongs_to_its_id(new_site):
    site = new_site()
    item = (await found(site))["9990"]
    item.path.rename(item.path.with_name("9990.dat"))
    again = (await found(site))["9990"]
    assert (again.presence, again.path.name) == (InventoryState.FOUND, "9990.dat")


async def test_of_two_files_with_one_id_the_one_of_the_right_size_is_taken(new_site):
    site = new_site()
    item = (await found(site))["9990"]
    wrong = item.path.with_name("9990.bak")
    item.path.rename(wrong)
    shutil.copy2(wrong, item.path)
    wrong.write_bytes(b"cut off")
    again = await found(site)
    assert again["9990"].path == item.path
    assert [one.path for one in again.values() if one.presence is InventoryState.ORPHAN] == [wrong]


@pytest.mark.symlinks
async def test_a_link_in_a_circle_is_unreadable(new_site):
    site = new_site()
    item = (await found(site))["9990"]
    item.path.unlink()
    item.path.symlink_to(item.path.name)
    assert (await found(site))["9990"].presence is InventoryState.UNREADABLE
