"""A file travels whatever time its disk has for it: 64 bits of nanoseconds end in 2262."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.omt import build, run, serving

FAR_OFF = 10_413_792_000 * 10**9
"""2300-01-01."""


def date(path: Path, time: int) -> None:
    os.utime(path, ns=(0, time))
    if path.stat().st_mtime_ns != time:
        pytest.skip("this file system holds no such time")


def test_files_with_times_that_64_bits_do_not_hold_travel_and_are_known_again(tmp_path: Path) -> None:
    site = build(tmp_path)
    machine = site.directory / "machine"
    document = min(path for path in (machine / "C/SO_ARC/HH").rglob("*") if path.parent.name[0].isdigit())
    attachment = min(path for path in (machine / "D/CS_ATTACH").rglob("*") if path.is_file())
    template = machine / "C/SuperOffice/Customer Service/templates/header.tmpl"
    for path in (document, attachment, template):
        date(path, FAR_OFF)
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("--answers", site.answer(tenant), "--workspace", tmp_path / "work")
        assert run("check", "--answers", words[1], folder=tmp_path).code == 0
        assert run("precopy", *words, folder=tmp_path).code == 0
        night = run("migrate", *words, folder=tmp_path)
        assert (night.code, night.result["failed"], night.result["missing"]) == (0, 0, 0), night.errors
        recovery = ("migrate", *words, "--recover", "missing")
        assert run(*recovery, folder=tmp_path).result["sent"]["files"] == 0
        for path in (document, attachment, template):
            path.write_bytes(bytes(path.stat().st_size))
            date(path, FAR_OFF + 10**9)
        again = run(*recovery, folder=tmp_path)
        assert (again.code, again.result["sent"]["files"]) == (0, 3)
