"""`omt simulate`: builds an installation from options."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import anyio.to_thread

from omt_core.api import Command, CommandContext, byte_size, command_line, quantity, sentence
from omt_simulator.directory import not_writable
from omt_simulator.errors import SIMULATION_IMPOSSIBLE
from omt_simulator.spec import PLANTS, Simulation, SimulationError, SimulationSpec


def _plant(text: str) -> tuple[str, int]:
    slug, _, count = text.partition("=")
    if slug not in PLANTS:
        raise argparse.ArgumentTypeError(
            sentence("there is no plant {slug}; known are {slugs}", slug=repr(slug), slugs=", ".join(PLANTS))
        )
    if not count.isdecimal():
        raise argparse.ArgumentTypeError(sentence("{text} is not SLUG=COUNT", text=repr(text)))
    return slug, int(count)


def add_size_options(parser: argparse.ArgumentParser, spec: SimulationSpec | None) -> None:
    """Add the options that `simulate` and `demo` share; without a spec to take defaults from they default to None."""
    default = SimulationSpec()
    sizes = {
        "users": sentence("active employees (default: {number})", number=default.users),
        "documents": sentence("documents (default: {number})", number=default.documents),
        "seed": sentence("seed of all chance (default: {number})", number=default.seed),
    }
    for name, shown in sizes.items():
        value = getattr(spec, name) if spec else None
        parser.add_argument(f"--{name}", type=int, metavar="N", default=value, help=shown)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    default = SimulationSpec()
    parser.add_argument("directory", type=Path, metavar="DIR", help="where to build: a new folder, or an empty one")
    parser.add_argument(
        "--overwrite", action="store_true", help="build a simulation that is there anew; what was changed in it is lost"
    )
    add_size_options(parser, default)
    parser.add_argument(
        "--dbms",
        choices=("sqlite", "postgresql"),
        default=default.dbms,
        help="what the database is made in: a file of SQLite (default), or PostgreSQL where --dsn says",
    )
    parser.add_argument("--dsn", metavar="ODBC-STRING", help="connection string of an existing PostgreSQL database")
    parser.add_argument(
        "--plant",
        action="append",
        type=_plant,
        default=[],
        metavar="SLUG=COUNT",
        help=sentence("plant something wrong; may be repeated. Slugs: {slugs}", slugs=", ".join(PLANTS)),
    )


async def run(context: CommandContext, options: argparse.Namespace) -> int:
    """Build it and say what was built."""
    from omt_simulator.generation import generate  # noqa: PLC0415 - only who simulates needs it

    try:
        spec = SimulationSpec(
            users=options.users,
            documents=options.documents,
            seed=options.seed,
            dbms=options.dbms,
            dsn=options.dsn,
            plants=dict(options.plant),
        )
        # A half-built simulation is known as one and built anew next time, so Ctrl-C need not wait for it.
        simulation = await anyio.to_thread.run_sync(
            partial(generate, options.directory, spec, overwrite=options.overwrite),
            abandon_on_cancel=True,
            limiter=anyio.CapacityLimiter(1),
        )
    except SimulationError as error:
        raise SIMULATION_IMPOSSIBLE.error(str(error)) from error
    except OSError as error:
        raise not_writable(options.directory, error) from error
    _show(context, simulation)
    counts = simulation.truth["counts"]
    return context.finish(
        0,
        directory=str(simulation.directory),
        answers=str(simulation.answers),
        tenant_plans=simulation.tenant_plans,
        tables=counts["tables"],
        rows=sum(counts["rows"].values()),
        bytes=counts["bytes"],
    )


def _show(context: CommandContext, simulation: Simulation) -> None:
    counts = simulation.truth["counts"]
    files = counts["files"]
    context.print(sentence("Built a simulated installation in {folder}", folder=simulation.directory))
    context.print(
        sentence(
            "  database: {tables}, {rows} ({dbms})",
            tables=quantity(counts["tables"], "table"),
            rows=quantity(sum(counts["rows"].values()), "row"),
            dbms=simulation.spec.dbms,
        )
    )
    context.print(
        sentence(
            "  documents: {files} in {roots}",
            files=quantity(files["documents"], "file"),
            roots=quantity(len(files["documents_by_archive"]), "archive root"),
        )
    )
    context.print(
        sentence(
            "  others: {templates}, {service}, {attachments}; {size} in all",
            templates=quantity(files["templates"], "template"),
            service=quantity(files["customer_service"], "Customer Service file"),
            attachments=quantity(files["attachments"], "attachment"),
            size=byte_size(counts["bytes"]),
        )
    )
    for slug, plant in simulation.truth["plants"].items():
        context.print(sentence("  planted: {slug} = {count:,}", slug=slug, count=plant["count"]))
    context.print(sentence("What is planted where is told in {file}.", file=simulation.directory / "truth.json"))
    context.print(sentence("To migrate it, start a tenant and give its url and token_file to the answers file:"))
    context.print(f'  omt tenant serve TENANT-DIR --plans "{simulation.tenant_plans}"')
    answers = ("--answers", simulation.answers)
    context.print(sentence("  {command}: the wizard, in a browser", command=command_line("omt", *answers)))
    context.print(sentence("  {command}: the same without a person", command=command_line("omt", "migrate", *answers)))


SIMULATE = Command(
    name="simulate",
    help="build a simulated on-site installation",
    configure=configure,
    run=run,
    examples=("omt simulate site --users 40 --plant missing-file=3",),
)
