"""A partner's distribution, installed beside the tool, is found, set up and listened to."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from tests.contract.checkout import ROOT
from tests.e2e.omt import build, run

CONTRIB = ROOT / "contrib/omt_email_domains"


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """The environment of a Python that has the distribution: its folder, and its entry points as pip writes them."""
    project = tomllib.loads((CONTRIB / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    site = tmp_path / "site-packages"
    folder = site / f"omt_email_domains-{project['version']}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = "".join(f"{name} = {value}\n" for name, value in project["entry-points"]["omt.plugins"].items())
    (folder / "entry_points.txt").write_text(f"[omt.plugins]\n{points}")
    return {"PYTHONPATH": os.pathsep.join((str(site), str(CONTRIB)))}


def test_it_is_listed_with_its_version(tmp_path: Path, installed: dict[str, str]) -> None:
    found = {line["name"]: line for line in run("plugins", folder=tmp_path, extra=installed).lines if "name" in line}
    assert found["email_domains"]["state"] == "active"
    assert found["email_domains"]["source"] == "omt-email-domains 0.1.0"
    assert found["email_domains"]["default"] is False


def test_it_stops_a_check_by_its_finding_and_is_left_out_when_disabled(
    tmp_path: Path, installed: dict[str, str]
) -> None:
    site = build(tmp_path, users=6, documents=5)
    answers = site.answer(None).read_text(encoding="utf-8") + '\n[usernames.assign]\nHH = "hh@elsewhere.example"\n'
    answers = answers.replace('default = "match"', 'default = "ten-sales"')
    (site.directory / "assigned.toml").write_text(answers, encoding="utf-8")
    words = ("check", "--answers", site.directory / "assigned.toml")
    settings = {**installed, "OMT_EMAIL_DOMAINS__ALLOWED_DOMAINS": '["nordlys.example.com"]'}
    stopped = run(*words, folder=tmp_path, extra=settings)
    (finding,) = (one for one in stopped.result["findings"] if one["code"] == "user-name-domain-not-allowed")
    assert (finding["plugin"], finding["severity"]) == ("email_domains", "error")
    assert "HH" in finding["subjects"]
    assert stopped.code == 1
    without = run(*words, "--disable-plugin", "email_domains", folder=tmp_path, extra=installed)
    assert not [one for one in without.result["findings"] if one["plugin"] == "email_domains"]
