"""The tool's own documentation, read from where the tool is installed: it is there without a network."""

from omt_core.documentation.library import Page, all_names, find_page, read_page

__all__ = ["Page", "all_names", "find_page", "read_page"]
