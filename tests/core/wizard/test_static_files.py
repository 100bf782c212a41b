"""The page's files are served as they were at the start, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import omt_core.wizard
from omt_core.wizard.static_files import TYPES, StaticFile, static_files
from tests.core.wizard.serving import served

pytestmark = pytest.mark.anyio

FOLDER = Path(omt_core.wizard.__file__).parent / "static"
FILES = static_files()


def address(file: StaticFile) -> str:
    return "/" if file.path == "index.html" else f"/{file.path}"


def test_the_page_has_words_where_no_script_runs_or_none_that_is_a_module() -> None:
    """In the IE mode of Edge scripts run, so that `noscript` is not shown, and modules do not."""
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    body = re.sub(r"(?s)<!--.*?-->|<(noscript|script|template)\b.*?</\1>|<[^>]*>", " ", page.partition("<body>")[2])
    assert "the scripts of this page do not run" in body
    assert "Internet Explorer" in body
    assert "replace(document.body, shell)" in (FOLDER / "js" / "main.js").read_text(encoding="utf-8")


def test_every_file_that_lies_there_is_one_that_can_be_served() -> None:
    lying = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert {file.path for file in FILES} == lying
    assert "index.html" in lying


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
async def test_a_file_is_served_to_anybody_with_its_type(file: StaticFile) -> None:
    async with served() as wizard:
        response = await wizard.ask("GET", address(file))
        assert (response.status, await response.read()) == (200, file.content)
        assert response.content_type == file.type
        assert response.content_type in TYPES.values()
        again = await wizard.ask("GET", address(file), headers={"If-None-Match": response.headers["ETag"]})
        assert (again.status, await again.read()) == (304, b"")
        assert again.headers["ETag"] == response.headers["ETag"]
        changed = await wizard.ask("GET", address(file), headers={"If-None-Match": '"of-another-content"'})
        assert changed.status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/../security/access.py",
        "/static/../../__init__.py",
        "/..%2f..%2fapp.py",
        "/%2e%2e/security/access.py",
        "/..%5c..%5capp.py",
        "/js/../../security/access.py",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/index.html%00.js",
        "/C:/Windows/win.ini",
        "/index.html::$DATA",
        "/INDEX.HTML",
        "/__init__.py",
        "/static/",
        "/index.html/",
    ],
)
async def test_no_path_leads_out(path: str) -> None:
    async with served() as wizard:
        for headers in ({}, wizard.cookie):
            response = await wizard.ask("GET", path, headers=headers)
            assert response.status == (404 if headers else 401)
            assert response.content_type == "application/json"
