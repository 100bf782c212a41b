"""Bundles: archives whose members are contents named by their sha256 (docs/reference/protocol.md, Uploads)."""
