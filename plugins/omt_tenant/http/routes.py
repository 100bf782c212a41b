"""The one table of routes: the server is made from it, and so is the OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass

from omt_core.http import Route as HttpRoute
from omt_tenant.http import bodies, completion_calls, content_calls, migration_calls, tenant_calls, upload_calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(HttpRoute):
    """A call. The first line of its handler's docstring is its summary.

    `takes_chunk` marks a body that is a chunk of an upload; `answer_media` is set where an answer is not JSON of ours.
    `headers` are the request headers that the call needs, `optional_headers` those that it heeds. `senders` marks what
    may be called with a sender's token, which stands for the claim too.
    """

    status: int = 200
    body: type[bodies.Body] | None = None
    answer: type[bodies.Body] | None = None
    takes_chunk: bool = False
    answer_media: str | None = None
    answer_headers: tuple[str, ...] = ()
    secured: bool = True
    senders: bool = False
    headers: tuple[str, ...] = ()
    optional_headers: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()


COMMON_ERRORS = (400, 401)
"""Statuses that every call behind a token may answer, beside 403 where a sender's is not enough."""

_CLAIM = ("Omt-Claim",)
_TUS = ("Omt-Claim", "Tus-Resumable")
_PROGRESS = ("Cache-Control", "Tus-Resumable", "Upload-Offset", "Upload-Expires")
_OPTIONS = ("Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm")

ROUTES = (
    Route(
        method="GET",
        path="/v1/capabilities",
        handler=tenant_calls.read_capabilities,
        answer=bodies.Capabilities,
        secured=False,
    ),
    Route(
        method="POST",
        path="/v1/tokens",
        handler=tenant_calls.exchange_secret,
        body=bodies.SecretBody,
        answer=bodies.TokenAnswer,
        secured=False,
        errors=(400, 401, 413),
    ),
    Route(method="GET", path="/v1/tenant", handler=tenant_calls.read_tenant, answer=bodies.TenantAnswer),
    Route(method="GET", path="/v1/plans", handler=tenant_calls.read_plans, answer=bodies.PlansAnswer),
    Route(
        method="POST",
        path="/v1/user-names/taken",
        handler=tenant_calls.find_taken_names,
        body=bodies.NamesBody,
        answer=bodies.TakenAnswer,
        errors=(413,),
    ),
    Route(
        method="POST",
        path="/v1/migrations",
        handler=migration_calls.open_migration,
        body=bodies.OpeningBody,
        answer=bodies.OpeningAnswer,
        errors=(409, 413),
    ),
    Route(
        method="DELETE",
        path="/v1/migrations/{id}/claim",
        handler=migration_calls.release_claim,
        status=204,
        headers=_CLAIM,
        errors=(404, 409),
    ),
    Route(
        method="POST",
        path="/v1/migrations/{id}/senders",
        handler=migration_calls.hand_out_token,
        answer=bodies.TokenAnswer,
        headers=_CLAIM,
        errors=(404, 409),
    ),
    Route(
        method="POST",
        path="/v1/migrations/{id}/missing",
        handler=migration_calls.find_missing,
        senders=True,
        body=bodies.ContentsBody,
        answer=bodies.MissingAnswer,
        headers=_CLAIM,
        errors=(404, 409, 413),
    ),
    Route(
        method="POST",
        path="/v1/migrations/{id}/parts",
        handler=completion_calls.take_parts,
        status=202,
        body=bodies.PartsBody,
        headers=_CLAIM,
        errors=(404, 409, 413),
    ),
    Route(
        method="PUT",
        path="/v1/migrations/{id}/stages/{stage}",
        handler=completion_calls.commit_stage,
        status=204,
        body=bodies.StageBody,
        headers=_CLAIM,
        errors=(404, 409, 413, 422),
    ),
    Route(
        method="POST",
        path="/v1/migrations/{id}/completion",
        handler=completion_calls.request_completion,
        status=202,
        body=bodies.CompletionBody,
        headers=_CLAIM,
        errors=(404, 409, 413),
    ),
    Route(
        method="GET",
        path="/v1/migrations/{id}/completion",
        handler=completion_calls.read_completion,
        answer=bodies.CompletionAnswer,
        headers=_CLAIM,
        optional_headers=("Prefer",),
        errors=(404, 409),
    ),
    Route(
        method="GET",
        path="/v1/migrations/{id}/receipt",
        handler=completion_calls.read_receipt,
        answer_media="application/json",
        errors=(404,),
    ),
    Route(
        method="GET",
        path="/v1/migrations/{id}/manifest",
        handler=completion_calls.read_manifest,
        answer_media="application/x-ndjson",
        errors=(404,),
    ),
    Route(
        method="OPTIONS",
        path="/v1/uploads",
        handler=upload_calls.describe_uploads,
        status=204,
        senders=True,
        answer_headers=_OPTIONS,
    ),
    Route(
        method="POST",
        path="/v1/uploads",
        handler=upload_calls.create_upload,
        senders=True,
        status=201,
        takes_chunk=True,
        answer_headers=("Location", *_PROGRESS),
        headers=(*_TUS, "Upload-Length", "Upload-Metadata"),
        optional_headers=("Upload-Checksum",),
        errors=(404, 409, 412, 413, 415, 460, 503, 507),
    ),
    Route(
        method="HEAD",
        path="/v1/uploads/{uid}",
        handler=upload_calls.read_offset,
        senders=True,
        answer_headers=("Upload-Length", "Upload-Metadata", *_PROGRESS),
        headers=_TUS,
        errors=(404, 409, 410, 412),
    ),
    Route(
        method="OPTIONS",
        path="/v1/uploads/{uid}",
        handler=upload_calls.describe_uploads,
        status=204,
        senders=True,
        answer_headers=_OPTIONS,
    ),
    Route(
        method="PATCH",
        path="/v1/uploads/{uid}",
        handler=upload_calls.append_chunk,
        senders=True,
        status=204,
        takes_chunk=True,
        answer_headers=_PROGRESS,
        headers=(*_TUS, "Upload-Offset"),
        optional_headers=("Upload-Checksum",),
        errors=(404, 409, 410, 412, 413, 415, 460, 503, 507),
    ),
    Route(
        method="POST",
        path="/v1/uploads/{uid}",
        handler=upload_calls.override_method,
        senders=True,
        status=204,
        takes_chunk=True,
        answer_headers=_PROGRESS,
        headers=(*_TUS, "X-HTTP-Method-Override"),
        optional_headers=("Upload-Offset", "Upload-Checksum"),
        errors=(404, 409, 410, 412, 413, 415, 460, 503, 507),
    ),
    Route(
        method="DELETE",
        path="/v1/uploads/{uid}",
        handler=upload_calls.terminate_upload,
        senders=True,
        status=204,
        headers=_TUS,
        errors=(404, 409, 410, 412),
    ),
    Route(
        method="GET",
        path="/v1/contents/{sha256}",
        handler=content_calls.read_content,
        answer_media="application/octet-stream",
        optional_headers=("Range",),
        errors=(404, 416),
    ),
)

PATH_PARAMETERS = {
    "id": "[0-9a-f]{16}",
    "uid": "[0-9a-f]{32}",
    "sha256": "[0-9a-f]{64}",
    "stage": "[a-z][a-z0-9-]{0,63}",
}
"""What the variable parts of a path look like; a path with anything else is not found."""
