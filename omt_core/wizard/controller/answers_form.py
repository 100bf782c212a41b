"""The answers about the installation as the form has them: texts, empty where nothing is given (W100, W101)."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, SecretStr

from omt_core.api.errors import InputError
from omt_core.api.installation import ManualAnswers, ServiceFolders
from omt_core.api.redaction import SECRETS

TYPES: Final = ("mssql", "oracle", "postgresql", "sqlite")


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ServiceForm(_Form):
    """The folders of Customer Service (W101)."""

    base: str = ""
    attachments: str = ""
    templates: str = ""
    texts: str = ""


class OnlineForm(_Form):
    """The online side: its address, and the file that holds its secret."""

    url: str = ""
    token_file: str = ""


class AnswersForm(_Form):
    """The form. A password is told as an empty text, with `password_given` when there is one."""

    dbms: str = ""
    server: str = ""
    database: str = ""
    dsn: str = ""
    prefix: str = ""
    user: str = ""
    password: str = ""
    password_given: bool = False
    archives: tuple[str, ...] = ()
    templates: str = ""
    service: ServiceForm = ServiceForm()
    root: str = ""

    @classmethod
    def of(cls, answers: ManualAnswers) -> AnswersForm:
        """Fill the form."""
        return cls(
            dbms=answers.dbms or "",
            server=answers.server or "",
            database=answers.database or "",
            # A whole connection string may hold a password.
            dsn=answers.dsn if answers.dsn and "=" not in answers.dsn else "",
            prefix=answers.prefix or "",
            user=answers.user or "",
            password_given=answers.password is not None,
            archives=tuple(map(str, answers.archives)),
            templates=shown(answers.templates),
            service=ServiceForm(**{name: shown(path) for name, path in asdict(answers.service).items()}),
            root=shown(answers.root),
        )

    def manual(self, before: ManualAnswers) -> ManualAnswers:
        """Return the answers; a password that is not given anew is that of `before`.

        Raises `InputError` `answers-invalid` that names the field.
        """
        if self.dbms and self.dbms not in TYPES:
            raise _invalid("dbms", f"it is none of {', '.join(TYPES)}")
        password = before.password if self.password_given else None
        if self.password:
            SECRETS.add(self.password)
            password = SecretStr(self.password)
        kept_dsn = before.dsn if before.dsn and "=" in before.dsn and not self.dsn else None
        return ManualAnswers(
            dbms=self.dbms or None,
            server=self.server or None,
            database=self.database or None,
            dsn=self.dsn or kept_dsn,
            prefix=self.prefix or None,
            user=self.user or None,
            password=password,
            archives=tuple(path for given in self.archives if (path := _path("archives", given)) is not None),
            templates=_path("templates", self.templates),
            service=ServiceFolders(
                base=_path("service.base", self.service.base),
                attachments=_path("service.attachments", self.service.attachments),
                templates=_path("service.templates", self.service.templates),
                texts=_path("service.texts", self.service.texts),
            ),
            root=_path("root", self.root),
        )


def shown(path: Path | None) -> str:
    """Return a path as a field holds it: an empty text for none."""
    return "" if path is None else str(path)


def _path(field: str, text: str) -> Path | None:
    if not text.strip():
        return None
    path = Path(text.strip())
    if not path.is_absolute():
        raise _invalid(field, "it is not a whole path")
    return path


def _invalid(field: str, why: str) -> InputError:
    return InputError("answers-invalid", f"{field}: {why}.", "Correct the field that is named.")
