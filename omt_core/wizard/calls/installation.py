"""Where the installation is: what was found, and the answers by hand (W100-W105)."""

from __future__ import annotations

from aiohttp import web

from omt_core.engine.opening import discover
from omt_core.wizard.calls.asking import Asked, answer, answer_state, asked, conductor_of, line
from omt_core.wizard.conductor.answers_file import export_answers, import_answers
from omt_core.wizard.conductor.answers_form import TYPES, AnswersForm, OnlineForm
from omt_core.wizard.conductor.folders import list_folders


class InstallationAsked(Asked):
    """`POST /api/installation` and `/export`."""

    answers: AnswersForm
    online: OnlineForm = OnlineForm()


class ImportAsked(Asked):
    """`POST /api/installation/import`."""

    text: str


async def look(request: web.Request) -> web.Response:
    """Return the answers as they are, and every installation that is found with them."""
    conductor = conductor_of(request)
    found = await discover(conductor.composer.app.engine, conductor.answers)
    chosen = next((one for one in found.values if not one.needs), None)
    url, token_file = conductor.composer.online()
    return answer(
        {
            "answers": AnswersForm.of(conductor.answers),
            "found": [
                {
                    "evidence": one.installation.evidence,
                    "needs": one.needs,
                    "findings": [line(finding) for finding in (*one.findings, *found.faults)],
                    "chosen": one is chosen,
                }
                for one in found.values
            ],
            "types": TYPES,
            "online": {"url": url, "token_file": token_file},
        }
    )


async def detect(request: web.Request) -> web.Response:
    """Take the answers and open the installation."""
    given, conductor = asked(request, InstallationAsked), conductor_of(request)
    answers = given.answers.manual(conductor.answers)
    await conductor.detect(answers, {"url": given.online.url, "token_file": given.online.token_file})
    return answer_state(request)


async def ask(request: web.Request) -> web.Response:
    """Show the page for the answers, although an installation was found."""
    conductor_of(request).ask_for_answers()
    return answer_state(request)


async def take_file(request: web.Request) -> web.Response:
    """Read an answers file for the form; nothing is kept."""
    return answer(import_answers(asked(request, ImportAsked).text))


async def give_file(request: web.Request) -> web.Response:
    """Return an answers file that says what the form and the decisions say; secrets are left out."""
    given, conductor = asked(request, InstallationAsked), conductor_of(request)
    now = conductor.lease.now if conductor.lease.is_open else None
    return answer({"name": "answers.toml", "text": export_answers(given.answers, given.online, now)})


async def folders(request: web.Request) -> web.Response:
    """List the folders in a folder of this machine (W102)."""
    return answer(await list_folders(request.query.get("path", "")))
