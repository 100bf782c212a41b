"""The windows Check user plans and Check user names (W44-W68), with their CSV files and photos."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from omt_core.answers.csv_files import parse_assignments, plans_csv, user_names_csv
from omt_core.api.sentence import sentence
from omt_core.api.users import User
from omt_core.http import Refusal
from omt_core.wizard.api.request import FileRequest, RequestBody, answer, answer_state, body_as, controller_of, download
from omt_core.wizard.controller.checklist import Answer
from omt_core.wizard.controller.photos import read_picture
from omt_core.wizard.words import told_finding


class ChangesRequest(RequestBody):
    """`POST /api/plans` and `/api/user-names`: an empty text takes a plan or a name away."""

    changes: dict[str, str] = Field(max_length=100_000)


async def look(request: web.Request) -> web.Response:
    """Return all users, the plans online, and how plans and user names stand."""
    controller = controller_of(request)
    stands = controller.checklist.look()
    now = controller.holder.runner.now
    return answer({"users": [_user(user) for user in now.users], "catalogue": now.catalogue, **_told(stands)})


async def change_plans(request: web.Request) -> web.Response:
    """Decide plans."""
    changes = body_as(request, ChangesRequest).changes
    return answer(_told(await controller_of(request).checklist.change_plans(changes)))


async def change_user_names(request: web.Request) -> web.Response:
    """Decide user names."""
    changes = body_as(request, ChangesRequest).changes
    return answer(_told(await controller_of(request).checklist.change_user_names(changes)))


async def plans_done(request: web.Request) -> web.Response:
    """Take the Ok of the plans (W54)."""
    await controller_of(request).checklist.mark_done("plans")
    return answer_state(request)


async def user_names_done(request: web.Request) -> web.Response:
    """Take the Ok of the user names (W65)."""
    await controller_of(request).checklist.mark_done("user_names")
    return answer_state(request)


async def give_plans(request: web.Request) -> web.Response:
    """Return who has which plan, as a file for a spreadsheet."""
    now = controller_of(request).holder.runner.now
    return _csv("plans.csv", plans_csv(now.users, now.decisions.plans))


async def give_user_names(request: web.Request) -> web.Response:
    """Return who is called what, as a file for a spreadsheet."""
    now = controller_of(request).holder.runner.now
    decisions = now.decisions
    return _csv("usernames.csv", user_names_csv(now.users, decisions.plans, decisions.user_names))


async def take_plans(request: web.Request) -> web.Response:
    """Take plans from such a file, all or none."""
    changes = parse_assignments(body_as(request, FileRequest).content, "plan", place=sentence("The file"))
    return answer(_told(await controller_of(request).checklist.change_plans(changes)))


async def take_user_names(request: web.Request) -> web.Response:
    """Take user names from such a file, all or none."""
    changes = parse_assignments(body_as(request, FileRequest).content, "user_name", place=sentence("The file"))
    return answer(_told(await controller_of(request).checklist.change_user_names(changes)))


async def photo(request: web.Request) -> web.Response:
    """Return the photo of a user (W48)."""
    picture = await read_picture(controller_of(request).holder.runner, int(request.match_info["photo"]))
    if picture is None:
        raise Refusal(404, "photo-not-there", "There is no photo that can be shown.", "Go on without it.")
    return web.Response(body=picture.content, content_type=picture.media_type)


def _user(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "login": user.login,
        "full_name": user.full_name,
        "company": user.company,
        "group": user.group,
        "role": user.role,
        "position": user.position,
        "administrator": user.administrator,
        "confidential_activities": user.confidential_activities,
        "emails": user.emails,
        "onsite_plan": user.onsite_plan or "",
        "photo": None if user.photo is None else f"/api/photos/{user.photo}",
    }


def _told(stands: Answer) -> dict[str, object]:
    return {
        "plans": stands.plans,
        "user_names": stands.user_names,
        "findings": {entry: [told_finding(finding) for finding in found] for entry, found in stands.findings.items()},
        "removed_addresses": [{"full_name": name, "address": address} for name, address in stands.removed_addresses],
        "taken": stands.taken,
    }


def _csv(name: str, text: str) -> web.Response:
    # With a byte order mark a spreadsheet reads UTF-8; without one it guesses.
    return download(name, text.encode("utf-8-sig"), "text/csv")
