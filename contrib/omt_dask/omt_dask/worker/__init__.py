"""What runs on a worker. `dask worker ... --preload omt_dask.worker` loads it before the first task comes."""

from omt_dask.worker.roots import unseen_roots
from omt_dask.worker.sender import SendingPlugin, look, plugin_name, send_batch

__all__ = ["SendingPlugin", "look", "plugin_name", "send_batch", "unseen_roots"]
