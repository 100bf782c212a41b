"""The inventory of what lies in the document archive, the template folder and the folders of Customer Service."""

from __future__ import annotations

from omt_archive.plugin import ArchivePlugin

__all__ = ["ArchivePlugin"]
