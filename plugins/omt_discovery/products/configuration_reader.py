"""Reads configuration files of the machine and keeps what could not be read as findings."""

from __future__ import annotations

from omt_core.api import Finding, sentence
from omt_discovery.findings import CONFIGURATION_UNREADABLE
from omt_discovery.products.dotnet_config import DotNetConfig, DotNetConfigError
from omt_discovery.products.ini import IniFile
from omt_discovery.products.superoffice_ini import NamedIni
from omt_discovery.windows.files import UnreadableFileError
from omt_discovery.windows.machine import Machine
from omt_discovery.windows.text_encoding import decode_ansi


class ConfigurationReader:
    """Reads the files of one configuration; `findings` fills as they are read."""

    def __init__(self, machine: Machine, *, limit: int) -> None:
        self.machine = machine
        self.findings: list[Finding] = []
        self._limit = limit

    def content(self, path: str) -> bytes | None:
        """Return a file's content, or None when it is not there or cannot be read."""
        try:
            return self.machine.files.read(path, self._limit)
        except UnreadableFileError as error:
            self._refuse(path, str(error))
            return None

    def ini(self, path: str) -> NamedIni | None:
        """Return an ini file, or None."""
        content = self.content(path)
        return None if content is None else NamedIni(path, IniFile(decode_ansi(content, self.machine.ansi)))

    def config(self, path: str) -> DotNetConfig | None:
        """Return a .NET configuration that describes the product, or None: other sites' files are no concern."""
        content = self.content(path)
        if content is None:
            return None
        try:
            config = DotNetConfig(content)
        except DotNetConfigError as error:
            if b"superoffice" in content.replace(b"\0", b"").lower():
                self._refuse(path, str(error))
            return None
        return config if config.describes_superoffice() else None

    def _refuse(self, path: str, why: str) -> None:
        message = sentence("{file} was not read: {reason}.", file=path, reason=why)
        self.findings.append(CONFIGURATION_UNREADABLE.finding(message, (path,)))
