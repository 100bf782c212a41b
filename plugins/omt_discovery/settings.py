"""Where discovery looks, beyond what registry and configuration tell. All paths are Windows paths of the machine."""

from __future__ import annotations

from pydantic import Field, field_validator

from omt_core.api import PluginSettings, sentence
from omt_discovery.windows.text_encoding import code_page

_MEBIBYTE = 1024 * 1024


class DiscoverySettings(PluginSettings):
    r"""Patterns may hold `%ProgramFiles%` and the like, and `*` in one name."""

    ini_files: tuple[str, ...] = Field(
        default=(), description="Full paths of SuperOffice.ini, looked at first (the client's own switch is /INIPATH)."
    )
    config_files: tuple[str, ...] = Field(
        default=(),
        description="Full paths of .config files, for example what SOCRM.exe /CONFIGTO wrote; after each ini's own.",
    )
    client_folders: tuple[str, ...] = Field(
        default=(
            r"%ProgramFiles(x86)%\SuperOffice\SuperOffice Windows",
            r"%ProgramFiles%\SuperOffice\SuperOffice Windows",
            r"%ProgramFiles(x86)%\SuperOffice\SuperOffice 7 Windows",
            r"%ProgramFiles%\SuperOffice\SuperOffice 7 Windows",
        ),
        description="Folders of the Windows client, after those that the registry names.",
    )
    user_ini_files: tuple[str, ...] = Field(
        default=(
            r"%AppData%\SuperOffice\SOUSER.INI",
            r"%SystemDrive%\Users\*\AppData\Roaming\SuperOffice\SOUSER.INI",
        ),
        description="A user's own ini, which holds what SuperOffice.ini leaves out.",
    )
    server_folders: tuple[str, ...] = Field(
        default=(
            r"%ProgramFiles%\SuperOffice\SuperOffice Server*",
            r"%ProgramFiles(x86)%\SuperOffice\SuperOffice Server*",
        ),
        description="Folders of SuperOffice Server, with SuperOffice.ini and SuperOffice.config.",
    )
    web_configs: tuple[str, ...] = Field(
        # ND: there is no fixed folder; these are the vendor's examples.
        default=(
            r"%SystemDrive%\SuperOffice\*\web.config",
            r"%SystemDrive%\SuperOffice\*\*\web.config",
            r"%ProgramFiles%\SuperOffice\*\web.config",
            r"%ProgramFiles%\SuperOffice\*\*\web.config",
            r"%ProgramFiles(x86)%\SuperOffice\*\web.config",
            r"%SystemDrive%\inetpub\wwwroot\*\web.config",
        ),
        description="web.config of SuperOffice Web and NetServer.",
    )
    service_folders: tuple[str, ...] = Field(
        default=(r"%SystemDrive%\SuperOffice\Customer Service",),
        description="Folders of Customer Service, after those that the registry names.",
    )
    service_config_names: tuple[str, ...] = Field(
        default=("config", "service.config"), description="Names of the settings file of Customer Service."
    )
    web_services: tuple[str, ...] = Field(
        # ND: nothing on the machine need tell NetServer's address, so it can be given.
        default=(),
        description="Addresses of NetServer's web services, up to but without /api; they come before those found.",
    )
    ansi_code_page: str | None = Field(
        default=None,
        description="Code page of configuration files without a byte order mark, such as `1250`; without it that of"
        " the machine (registry value ACP), else 1252.",
    )
    default_source: str = Field(default="SuperOffice", description="ODBC source that a Datapath without a name means.")
    file_bytes: int = Field(default=4 * _MEBIBYTE, gt=0, description="Largest configuration file that is read.")
    registry_export_bytes: int = Field(default=64 * _MEBIBYTE, gt=0, description="Largest registry export.")

    @field_validator("ansi_code_page")
    @classmethod
    def _known_code_page(cls, name: str | None) -> str | None:
        if name is not None and code_page(name) is None:
            raise ValueError(sentence("no code page of this name is known; give its number, such as 1250"))
        return name if name is None else code_page(name)
