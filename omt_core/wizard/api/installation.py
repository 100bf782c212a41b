"""Where the installation is: what was found, and the answers by hand (W100-W105)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from omt_core.answers.form import OnlineForm, answers_in, form_of
from omt_core.api.installation import DBMS_TYPES
from omt_core.engine.opening import discover
from omt_core.wizard.api.request import FileRequest, RequestBody, answer, answer_state, body_as, controller_of
from omt_core.wizard.controller.answers_file import export_answers, import_answers
from omt_core.wizard.controller.folders import list_folders
from omt_core.wizard.words import told_finding


class InstallationRequest(RequestBody):
    """`POST /api/installation` and `/export`."""

    answers: dict[str, Any]
    online: OnlineForm = OnlineForm()


async def look(request: web.Request) -> web.Response:
    """Return the answers as they are, and every installation that is found with them."""
    controller = controller_of(request)
    found = await discover(controller.opener.app.engine, controller.opener.answers)
    chosen = next((one for one in found.values if not one.needs), None)
    url, token_file = controller.opener.composer.online()
    return answer(
        {
            "answers": form_of(controller.opener.answers),
            "found": [
                {
                    "evidence": one.installation.evidence,
                    "needs": one.needs,
                    "findings": [told_finding(finding) for finding in (*one.findings, *found.faults)],
                    "chosen": one is chosen,
                }
                for one in found.values
            ],
            "types": DBMS_TYPES,
            "online": {"url": url, "token_file": token_file},
        }
    )


async def detect(request: web.Request) -> web.Response:
    """Take the answers and open the installation."""
    given, controller = body_as(request, InstallationRequest), controller_of(request)
    answers = answers_in(given.answers, controller.opener.answers)
    await controller.detect(answers, {"url": given.online.url, "token_file": given.online.token_file})
    return answer_state(request)


async def ask(request: web.Request) -> web.Response:
    """Show the page for the answers, although an installation was found."""
    controller_of(request).ask_for_answers()
    return answer_state(request)


async def take_file(request: web.Request) -> web.Response:
    """Read an answers file for the form; nothing is kept."""
    return answer(import_answers(body_as(request, FileRequest).content))


async def give_file(request: web.Request) -> web.Response:
    """Return an answers file that says what the form and the decisions say; secrets are left out."""
    given, controller = body_as(request, InstallationRequest), controller_of(request)
    answers_in(given.answers, controller.opener.answers)  # a mistake is told before it is in a file
    now = controller.holder.now if controller.holder.is_open else None
    return answer({"name": "answers.toml", "text": export_answers(given.answers, given.online, now)})


async def folders(request: web.Request) -> web.Response:
    """List the folders in a folder of this machine, and its files if one is to be chosen (W102)."""
    return answer(await list_folders(request.query.get("path", ""), files="files" in request.query))
