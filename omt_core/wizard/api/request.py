"""What every call does alike: read the body, find the controller, answer."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from aiohttp import web
from pydantic import Base64Bytes, BaseModel, ConfigDict, TypeAdapter, ValidationError

from omt_core.api.language import Language
from omt_core.given_values import problems
from omt_core.http import Refusal
from omt_core.wizard.body import body_of
from omt_core.wizard.controller import SessionController

CONTROLLER: Final[web.AppKey[SessionController]] = web.AppKey("controller", SessionController)
_ANY: TypeAdapter[object] = TypeAdapter(object)


class RequestBody(BaseModel):
    """The base of all bodies: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class FileRequest(RequestBody):
    """The body of calls that take a file: its bytes in base64, since a person may have saved it in any encoding."""

    content: Base64Bytes


A = TypeVar("A", bound=RequestBody)


def controller_of(request: web.Request) -> SessionController:
    """Return the controller of this process."""
    return request.app[CONTROLLER]


def body_as(request: web.Request, model: type[A]) -> A:
    """Return the body as `model` has it. Raises `Refusal` 400 that names each wrong key."""
    try:
        return model.model_validate(body_of(request))
    except ValidationError as error:
        raise Refusal(400, "body-invalid", problems(error, model), "Correct what is named.") from None


def language_of(request: web.Request) -> Language:
    """Return the language that a page asks a file in, English where it names none."""
    return Language.of_tag(request.query.get("language", "")) or Language.ENGLISH


def answer(value: Any) -> web.Response:  # noqa: ANN401 - whatever pydantic can write
    """Answer a value in JSON."""
    return web.Response(body=_ANY.dump_json(value, by_alias=True), content_type="application/json")


def answer_state(request: web.Request) -> web.Response:
    """Answer the state document."""
    return web.Response(text=controller_of(request).state(), content_type="application/json")


def download(name: str, content: bytes, media_type: str) -> web.Response:
    """Answer a file to be kept."""
    return web.Response(
        body=content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
