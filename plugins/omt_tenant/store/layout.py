"""Where a tenant keeps what it knows.

    DIR/
      tenant.json            {"tenant": id, "plans": [{"name", "total"}]}: made once, readable by a person
      key                    the Ed25519 private key (PEM, PKCS 8), 0600
      token                  the migration secret, 0600: this is the `token_file` of the client
      server.lock            held by the one process that serves DIR
      tenant.sqlite          everything that changes: migration, claim, uploads, contents, stages, completion
      uploads/<uid>          what arrived of unfinished uploads, up to the journalled offset; <uid>.bundle, one of them
                             while it is taken out of its frame
      packs/ab/<sha256>.tar  bundles that landed, as they came or out of their frame; tenant.sqlite knows where each
                             member lies
      contents/ab/<sha256>   contents that travelled on their own
      manifests/<sha256>     copies of stage manifests that travelled in a bundle; made anew for each import
      databases/             imported databases; tenant.sqlite names the current one, the others are removed; beside
                             each <name>.sha256, its digest in the form of sha256sum; <name>.building while it is made,
                             ahead.building what was imported before its stage was committed
      receipts/              every receipt and manifest; tenant.sqlite names the current ones

Whatever a name in DIR is made of is digits and letters that the tenant made or checked itself: no name from a client
ever becomes part of a path.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from omt_core.api.files import make_folder


@dataclass(frozen=True, slots=True)
class TenantLayout:
    """The paths below one tenant's folder."""

    root: Path

    @property
    def description(self) -> Path:
        """Id and plans."""
        return self.root / "tenant.json"

    @property
    def key(self) -> Path:
        """The signing key."""
        return self.root / "key"

    @property
    def secret(self) -> Path:
        """The migration secret."""
        return self.root / "token"

    @property
    def lock(self) -> Path:
        """The lock of the serving process."""
        return self.root / "server.lock"

    @property
    def state(self) -> Path:
        """The SQLite file."""
        return self.root / "tenant.sqlite"

    @property
    def uploads(self) -> Path:
        """Unfinished uploads."""
        return self.root / "uploads"

    @property
    def packs(self) -> Path:
        """Landed bundles."""
        return self.root / "packs"

    @property
    def contents(self) -> Path:
        """Landed single contents."""
        return self.root / "contents"

    @property
    def manifests(self) -> Path:
        """Stage manifests as files of their own."""
        return self.root / "manifests"

    @property
    def databases(self) -> Path:
        """Imported databases."""
        return self.root / "databases"

    @property
    def receipts(self) -> Path:
        """Receipts and manifests of completions."""
        return self.root / "receipts"

    def upload(self, uid: str) -> Path:
        """Return the file of an unfinished upload."""
        return self.uploads / uid

    def unpacked(self, uid: str) -> Path:
        """Return the file of a bundle that comes out of the frame that it was sent in."""
        return self.uploads / f"{uid}.bundle"

    def pack(self, digest: str) -> Path:
        """Return the file of a landed bundle."""
        return self.packs / digest[:2] / f"{digest}.tar"

    def content(self, digest: str) -> Path:
        """Return the file of a landed single content."""
        return self.contents / digest[:2] / digest

    def create(self) -> None:
        """Make the folders that are not there yet, private to this user."""
        parts = (self.uploads, self.packs, self.contents, self.manifests, self.databases, self.receipts)
        for folder in (self.root, *parts):
            make_folder(folder)
