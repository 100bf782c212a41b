"""The transfer: concurrent, resumable to the chunk, and checked at both ends."""

from omt_upload.plugin import UploadPlugin

__all__ = ["UploadPlugin"]
