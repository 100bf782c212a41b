"""A plugin for the Online Migration Tool: migrates into an object store (Azure Blob, S3, or a folder)."""

from omt_object_store.plugin import ObjectStorePlugin
from omt_object_store.settings import ObjectStoreSettings

__all__ = ["ObjectStorePlugin", "ObjectStoreSettings"]
