"""The upload stages of all plugins, as one list in which each name is one plugin's."""

from __future__ import annotations

from omt_core.api.calls import ContributeUploadStages
from omt_core.api.plugin import Plugin
from omt_core.api.stages import UploadStage
from omt_core.plugin_host.dispatch import Dispatch, wrong_answer


async def upload_stages(dispatch: Dispatch, call: ContributeUploadStages) -> list[UploadStage]:
    """Return all stages in the order of the screen. Raises `PluginError` for two of the same name, with both owners."""
    stages = (await dispatch.every(Plugin.contribute_upload_stages, call)).values
    owners: dict[str, str] = {}
    for stage in stages:
        other = owners.setdefault(stage.name, stage.plugin)
        if other != stage.plugin:
            raise wrong_answer(
                stage.plugin,
                Plugin.contribute_upload_stages,
                f"its stage {stage.name!r} has the name of one that {other!r} brings",
            )
    return sorted(stages, key=lambda stage: (stage.order, stage.name))
