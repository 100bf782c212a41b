"""The plugin in the role `report`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import ClassVar

from typing_extensions import override

from omt_core.api import ErrorCode, OmtError, Plugin, PluginSettings, hookimpl
from omt_core.api.calls import RenderReport
from omt_report.errors import ERROR_CODES
from omt_report.settings import ReportSettings
from omt_report.whole_file import write_whole


class ReportPlugin(Plugin):
    """Writes the report as a page to read, or as CSV or JSON to work with."""

    settings_model: ClassVar[type[PluginSettings]] = ReportSettings

    def __init__(self, settings: ReportSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @hookimpl
    @override
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES

    @hookimpl
    @override
    async def render_report(self, call: RenderReport) -> None:
        await write_whole(call.output, self._pieces(call))

    def _pieces(self, call: RenderReport) -> AsyncGenerator[bytes]:
        match call.format:
            case "html":
                from omt_report.html_form import html_report  # noqa: PLC0415 - a form at a time: this one has jinja2

                return html_report(call.record, call.sections, self._settings.exceptions_shown, call.language)
            case "csv":
                from omt_report.csv_form import csv_report  # noqa: PLC0415 - as above

                return csv_report(call.record, call.language)
            case "json":
                from omt_report.json_form import json_report  # noqa: PLC0415 - as above

                return json_report(call.record, call.sections)
