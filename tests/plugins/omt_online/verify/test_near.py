"""Files that others read near to them: what these find equal is not read again, and all else is, to the same result."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest
from typing_extensions import override

from omt_core.api import FolderListings, FolderLook, KnownContent, ManifestEntry, NearReader
from omt_online.verifying import archive
from omt_online.verifying.archive import equal_below


class Near(NearReader):
    """Reads what lies below some roots, in this process, and notes what it was asked for."""

    def __init__(self, *roots: Path, lie: bool | None = None) -> None:
        self._roots = {str(root) for root in roots}
        self._lie = lie
        self.asked: list[tuple[str, str]] = []

    @override
    def listings(self, *, exact: bool) -> FolderListings:
        raise NotImplementedError

    @override
    def looks(self, folders: Mapping[str, Collection[str]]) -> Mapping[str, FolderLook]:
        raise NotImplementedError

    @override
    def equal(self, root: str, files: Sequence[KnownContent], *, any_case: bool) -> Sequence[bool | None] | None:
        if root not in self._roots:
            return None
        self.asked += [(Path(root).name, file.name) for file in files]
        told = equal_below(Path(root), files, any_case=any_case)
        return told if self._lie is None else [self._lie for _ in told]

    @override
    async def aclose(self) -> None:
        return


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read by the tool itself."""
    read: list[str] = []
    verdict = archive._Search._verdict

    def noted(search: archive._Search, entry: ManifestEntry) -> object:
        read.append(entry.name)
        return verdict(search, entry)

    monkeypatch.setattr(archive._Search, "_verdict", noted)
    return read


def test_what_is_equal_near_is_not_read_here(signed, verify, read_here):
    near = Near(signed.archive)
    plain = verify(signed.receipt, "--archive", signed.archive)
    read_here.clear()
    assert verify(signed.receipt, "--archive", signed.archive, near=(near,))[1].text == plain[1].text
    assert not read_here
    assert ("SO_ARC", "HH/2019.1/Offer.docx") in near.asked


@pytest.mark.parametrize("lie", [False, None])
def test_what_is_not_equal_near_is_looked_at_here_and_told_in_the_same_words(signed, verify, read_here, lie):
    signed.archive.joinpath("HH/2019.1/Offer.docx").write_bytes(b"another")
    plain = verify(signed.receipt, "--archive", signed.archive)
    read_here.clear()
    code, context = verify(signed.receipt, "--archive", signed.archive, near=(Near(signed.archive, lie=lie),))
    assert (code, context.text, context.results) == (plain[0], plain[1].text, plain[1].results)
    assert "HH/2019.1/Offer.docx" in read_here


@pytest.mark.parametrize("near_to", [(0,), (1,), (0, 1), ()])
def test_of_several_roots_the_first_that_has_a_file_counts_whoever_is_near(signed, verify, tmp_path, near_to):
    second = tmp_path / "second"
    own = second / "HH/2019.1/Offer.docx"
    own.parent.mkdir(parents=True)
    own.write_bytes(signed.archive.joinpath("HH/2019.1/Offer.docx").read_bytes())
    signed.archive.joinpath("HH/2019.1/Offer.docx").write_bytes(b"another, in the first root")
    roots = (signed.archive, second)
    words = (signed.receipt, "--archive", roots[0], "--archive", roots[1])
    plain = verify(*words)
    near = Near(*(roots[place] for place in near_to))
    code, context = verify(*words, near=(near,))
    assert (code, context.text, context.results) == (plain[0], plain[1].text, plain[1].results)
    assert code == 1
    assert ("second", "HH/2019.1/Offer.docx") not in near.asked


def test_a_stage_of_a_partner_is_read_near_too(signed, verify, read_here):
    signed.put("call-recordings", "a.wav", "a.wav", b"sound", at="../recordings/a.wav")
    signed.sign()
    root = signed.root / "recordings"
    near = Near(root)
    code, _ = verify(signed.receipt, "--stage", f"call-recordings={root}", near=(near,))
    assert (code, near.asked) == (0, [("recordings", "a.wav")])
    assert "a.wav" not in read_here
