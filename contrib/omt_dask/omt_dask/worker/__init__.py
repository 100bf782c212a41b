"""What runs on a worker.

`dask worker ... --preload omt_dask.worker` loads it before the first task comes. So it does for `dask scheduler ...`,
which looks into each task.
"""

from omt_dask.worker.profiler import WithoutProfiler
from omt_dask.worker.roots import unseen_roots
from omt_dask.worker.sender import SendingPlugin, look, plugin_name, send_batch

__all__ = ["SendingPlugin", "WithoutProfiler", "look", "plugin_name", "send_batch", "unseen_roots"]
