"""`answers.md`: every key of the answers file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generating.field_types import default_of, fields_of, nested, type_of
from generating.markdown import code, page, table
from omt_core.answers.file import Answers

INTRODUCTION = """\
All that a migrator would say on the screens, in one TOML file, for `omt check`, `migrate`, `precopy`, `estimate` and
`thaw`. An unknown key is an error that names it with its dots. Relative paths start in the folder of the file. A
secret is never written down here: it is named where it is, as an environment variable, a file or an entry of the
system's keyring. [How to run unattended](../how-to/run-unattended.md) shows a whole one; the
[schema](schemas/answers.json) serves editors.

```toml
accept_agreement = true
test_migration = true

[login]
user = "HH"
password = { env = "OMT_PW" }

[contact]
email = "hh@example.com"

[online]
url = "https://tenant.example.com"
token_file = "tenant.token"
```"""


def pages() -> Mapping[str, str]:
    """Return the page."""
    rows = list(keys_of(Answers))
    rows += [
        (code("online.url"), code("text"), "none", "The tenant's address."),
        (code("online.token_file"), code("path"), "none", "The file with the migration secret."),
        (code("online.*"), "", "", "Any other setting of the section [`online`](settings.md#online)."),
    ]
    return {"answers.md": page("The answers file", INTRODUCTION, table(("key", "type", "default", "what it is"), rows))}


def keys_of(model: type, prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each key."""
    for name, field in fields_of(model).items():
        inner = nested(field)
        if not prefix and name in {"folder", "database_password", "online"}:
            continue  # two are no keys of the file, the last is settings
        if inner is not None:
            yield from keys_of(inner, f"{prefix}{name}.")
        else:
            yield code(prefix + name), code(type_of(field)), default_of(field), field.description or ""
