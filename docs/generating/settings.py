"""`settings.md`: every setting of the core and of its plugins."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from generating.application import application
from generating.field_types import default_of, nested, type_of
from generating.markdown import code, page, table
from omt_core.api.plugin import PluginSettings
from omt_core.settings import ENVIRONMENT_PREFIX, CoreSettings

INTRODUCTION = """\
Settings come from four places; a later one wins: the settings file (`--settings FILE`, TOML, one section per plugin),
the answers file (its section `online`, and `plugins.NAME` for any plugin), the environment, the command line. A
relative path starts in the folder of the file that it stands in, elsewhere in the current folder. In the environment a
name is `OMT_` and the dotted name in capitals with `__` between its parts, so that `OMT_ONLINE__URL` is `online.url`;
lists and tables are written as JSON there. An unknown name is an error that is told with its dots.

```toml
[core]
settle_seconds = 60

[database]
login_timeout = 30
```

`core.replace` is shown in [how to replace a default plugin](../how-to/replace-a-default-plugin.md). A partner's plugin
has a section of its own, named like the plugin:
[how to write one](../how-to/write-a-plugins-settings.md)."""


def pages() -> Mapping[str, str]:
    """Return the page."""
    models: dict[str, type[BaseModel]] = {"core": CoreSettings}
    for plugin in application().host.plugins:
        if plugin.plugin_class is not None:
            models[plugin.name] = plugin.plugin_class.settings_model
    blocks: list[str] = []
    for name, model in models.items():
        rows = list(settings_of(model, name))
        if rows:
            blocks += [f"## {name}", table(("setting", "type", "default", "what it is", "environment"), rows)]
    return {"settings.md": page("Settings", INTRODUCTION, *blocks)}


def settings_of(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield a row for each setting, those of sections within sections included."""
    described = model.described() if issubclass(model, PluginSettings) else model.model_fields
    for name, field in described.items():
        dotted, inner = f"{prefix}.{name}", nested(field)
        if inner is not None:
            yield from settings_of(inner, dotted)
        else:
            yield code(dotted), code(type_of(field)), default_of(field), _description(field), code(_variable(dotted))


def _description(field: FieldInfo) -> str:
    if not field.description:
        raise ValueError(f"A setting without a description: {field}")
    return inspect.cleandoc(field.description)


def _variable(dotted: str) -> str:
    return ENVIRONMENT_PREFIX + dotted.upper().replace(".", "__")
