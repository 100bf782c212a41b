"""The inventory of Customer Service's own folders."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from omt_core.api.installation import ServiceFolders
from omt_core.api.items import InventoryState

pytestmark = pytest.mark.anyio


async def test_templates_and_texts_are_found_under_their_prefixes(clean_site):
    items = await clean_site.items("customer-service")
    assert {item.presence for item in items} == {InventoryState.FOUND}
    assert len(items) == clean_site.truth["counts"]["files"]["customer_service"]
    assert {"templates/customer centre/css/stil.css", "texts/emailBackup/2024-11-01.eml"} <= {
        item.key for item in items
    }


async def test_a_folder_that_the_database_names_and_nobody_has_is_missing(new_site):
    site = new_site()
    shutil.rmtree(site.machine / "C/SuperOffice/Customer Service/text")
    missing = [item for item in await site.items("customer-service") if item.presence is InventoryState.MISSING]
    assert [(item.key, item.reason) for item in missing] == [("texts", "service-folder-missing")]


async def test_a_folder_given_by_hand_wins(new_site, tmp_path):
    site = new_site()
    (tmp_path / "mine.txt").write_text("x")
    site.installation = replace(site.installation, service=ServiceFolders(texts=tmp_path))
    assert "texts/mine.txt" in {item.key for item in await site.items("customer-service")}


async def test_a_path_that_cannot_be_a_folder_here_is_told(new_site):
    site = new_site()
    site.run("UPDATE config SET text_path = 'relative\\folder'")
    missing = [item for item in await site.items("customer-service") if item.presence is InventoryState.MISSING]
    assert [item.name for item in missing] == ["relative\\folder"]


async def test_without_customer_service_there_is_nothing(new_site):
    site = new_site()
    for table in ("config", "attachment", "attachment_location"):
        site.run(f"DROP TABLE {table}")
    assert await site.items("customer-service") == []
    assert await site.items("attachments") == []
