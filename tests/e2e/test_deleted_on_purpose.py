"""A folder whose files were all deleted on purpose: a recovery names it, and a person says that it may stand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.e2e.omt import Ended, Site, build, run, serving


def site_with_a_folder_of_one_year(folder: Path) -> tuple[Site, Path]:
    """A site, and a folder of one of its users in which documents lie."""
    site = build(folder)
    files = sorted(path for path in (site.directory / "machine/C/SO_ARC/HH").rglob("*") if path.is_file())
    return site, next(path.parent for path in files if path.parent.name[0].isdigit())


def test_it_stops_a_recovery_until_somebody_says_so_for_this_folder_and_then_never_again(tmp_path: Path) -> None:
    site, year = site_with_a_folder_of_one_year(tmp_path)
    with serving(tmp_path, words=site.plans) as tenant:
        workspace = tmp_path / "work"

        def migrate(*words: str, waive: list[str] | None = None) -> Ended:
            answers = site.answer(tenant, **({} if waive is None else {"waive": waive}))
            return run("migrate", "--answers", answers, "--workspace", workspace, *words, folder=tmp_path)

        first = migrate()
        assert first.code == 0, first.result["error"]
        for path in year.iterdir():
            path.unlink()
        for waive in (None, ["folder-emptied"], ["folder:C:\\SO_ARC"]):
            stopped = migrate("--recover", "missing", waive=waive)
            assert (stopped.code, stopped.result["error"]["code"]) == (1, "findings-stand"), stopped.result["error"]
            (name,) = stopped.subjects("folder-emptied")
            assert name == f"folder:C:\\SO_ARC\\HH\\{year.name}"
            assert json.dumps(name) in stopped.result["error"]["remedy"]
        taken = migrate("--recover", "missing", waive=[name])
        assert taken.code == 0, taken.result["error"]
        assert taken.subjects("folder-emptied") == {name}
        report = (workspace / "report.html").read_text(encoding="utf-8")
        assert name in report
        again = migrate("--recover", "missing")
        assert (again.code, again.subjects("folder-emptied")) == (0, set()), again.result["error"]
        # What was sent stays online, and what is put back is compared with it.
        shutil.copy(next(path for path in year.parent.parent.rglob("*.doc*") if path.is_file()), year / "other.docx")
        assert migrate("--recover", "missing").code == 0
