"""A plugin for the Online Migration Tool: the transfer on as many machines as there are, by Dask (`distributed`)."""

from omt_dask.plugin import DaskPlugin
from omt_dask.settings import DaskSettings

__all__ = ["DaskPlugin", "DaskSettings"]
