"""`windrow sequence …`: run request sequences here and now, and look whether they are right."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from windrow.cli.answers import STYLES, print_json, tell
from windrow.cli.commands import Command
from windrow.cli.exits import code_of_state
from windrow.cli.options import Data, Json
from windrow.errors import BadInput

if TYPE_CHECKING:  # these take long to load
    from windrow.model.runs import Level
    from windrow.work.sequence.conducting import Conductor
    from windrow.work.sequence.documents import Dialect
    from windrow.work.sequence.filing import FiledJournal
    from windrow.work.sequence.surroundings import Starter
    from windrow.work.sequence.telling import Outcome

app = typer.Typer(help="Run request sequences here and now, and look whether they are right.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The document, in JSON; - reads standard input.")]
DialectOption = Annotated[
    str | None, typer.Option("--dialect", help="strict or compat; without it, what the document says, else strict.")
]


@app.command(cls=Command)
def run(
    file: File,
    dialect: DialectOption = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="HOST", help="A host, address or network that may be asked though not public."),
    ] = None,
    dry_run: Annotated[
        Path | None,
        typer.Option("--dry-run", metavar="ANSWERS", help="Send nothing: take the answers from this file."),
    ] = None,
    secrets: Annotated[
        list[str] | None,
        typer.Option(
            "--secret", metavar="NAME@HOST", help="A named secret that this host may see; its value is in $NAME."
        ),
    ] = None,
    secrets_file: Annotated[
        Path | None,
        typer.Option("--secrets", metavar="FILE", help="Named secrets with their hosts, in a file of JSON."),
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep here what each step came to; what is there already is not sent again."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Run a sequence in this process, without a server. Nothing of it is kept but what --journal names.

    With `--json` the answer is one object: `state`, `result` (the saved values), `steps`, `error`.
    """
    from windrow.cli.sequence_steps import find_secrets
    from windrow.work.sequence.running import run_document
    from windrow.work.sequence.surroundings import Surroundings

    document, named = _read(file, dialect)
    known = find_secrets(secrets or [], secrets_file)
    with _conduct(document, named, allow or [], dry_run, journal, data) as (conductor, starter, kept):
        outcome = run_document(document, named, conductor, Surroundings(known, starter))
        kept.note_end(outcome)
    _tell(outcome, as_json=as_json)
    raise typer.Exit(code_of_state(outcome.state))


def _read(file: Path, told: str | None) -> "tuple[dict[str, Any], Dialect]":
    from windrow.work.sequence.documents import dialect_of, read_document

    document = read_document(_text_of(file))
    return document, dialect_of(document, told)


def _text_of(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except UnicodeDecodeError:
        raise BadInput.of("file", f"{file} is not text in UTF-8") from None


@contextmanager
def _conduct(
    document: Any,
    dialect: "Dialect",
    allow: list[str],
    dry_run: Path | None,
    journal: Path | None,
    data: Path | None,
) -> "Iterator[tuple[Conductor, Starter, FiledJournal]]":
    """What the steps are done by: nothing but this process, its settings, and the files that were named."""
    from contextlib import ExitStack

    from windrow.settings import load_settings
    from windrow.work.sequence.answering import read_answers
    from windrow.work.sequence.conducting import Conductor
    from windrow.work.sequence.filing import open_journal
    from windrow.work.sequence.kind import MANNERS
    from windrow.work.sequence.limits import Meter
    from windrow.work.sequence.sending import CourierSender, Sender

    settings = load_settings({"data": data})
    with ExitStack() as opened:
        kept = opened.enter_context(open_journal(journal, document))
        send: Sender
        starter: Starter
        if dry_run is not None:
            send = starter = read_answers(_text_of(dry_run))
        else:
            maker = opened.enter_context(_maker(settings, allow))
            send, starter = CourierSender(maker, MANNERS, _never), _starter(document, dialect, settings, maker)
        yield Conductor(send, kept.journal, Meter(), _narrate, _never), starter, kept


def _starter(document: Any, dialect: "Dialect", settings: Any, maker: Any) -> "Starter":
    """What runs the walkers of a document. Raises `BadInput` for steps that cannot be done here."""
    from windrow.assembly import WALKERS, find_entries
    from windrow.cli.sequence_steps import HereStarter, refuse_tasks
    from windrow.core.walking.loading import load_walkers
    from windrow.work.sequence.documents import Dialect
    from windrow.work.sequence.strict.reading import check, started
    from windrow.work.sequence.surroundings import NoStarter

    if dialect is Dialect.COMPAT:
        return NoStarter()
    check(document)
    if next(started(document), None) is None:
        return NoStarter()
    walkers = load_walkers(find_entries()[WALKERS], [Path(each) for each in settings.walker_folders])
    refuse_tasks(document, walkers)
    return HereStarter(walkers, maker)


@contextmanager
def _maker(settings: Any, allow: list[str]) -> Iterator[Any]:
    from contextlib import closing
    from importlib.metadata import version

    from windrow.fetching import MemoryHosts, OutgoingPolicy, make_fetcher_maker, name_ourselves

    policy = OutgoingPolicy(allow=(*settings.outgoing_allow, *allow))
    agent = name_ourselves(version("windrow"), settings.user_agent_contact)
    with closing(make_fetcher_maker(MemoryHosts(), policy, user_agent=agent)) as maker:
        yield maker


def _never() -> None:
    """Nobody stops a run of the command line but Ctrl-C."""


def _narrate(level: "Level", message: str, data: dict[str, Any]) -> None:  # noqa: ARG001 - as the log has it
    if not sys.stderr.isatty():
        sys.stderr.write(message + "\n")  # a hundred times as fast
        return
    style = STYLES.get(level.value, "dim")
    Console(stderr=True).print(message, style=style, soft_wrap=True, highlight=False, markup=False)


def _tell(outcome: "Outcome", *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(outcome.as_json()) + "\n")
        return
    Console(stderr=True).print(outcome.state.value, style=STYLES.get(outcome.state.value, ""))
    if outcome.error is not None:
        Console(stderr=True).print(f"{outcome.error['step']}: {outcome.error['message']}", style="red", markup=False)
    sys.stdout.write(json.dumps(outcome.result, indent=2, ensure_ascii=False) + "\n")


@app.command(cls=Command)
def validate(file: File, dialect: DialectOption = None, as_json: Json = False) -> None:
    """Look whether a document is right, and wonder about what means nothing. Nothing is sent."""
    from windrow.work.sequence.explaining import validate as look_at

    document, named = _read(file, dialect)
    doubts = look_at(document, named)
    if as_json:
        print_json({"dialect": named.value, "warnings": doubts})
        return
    _warn(doubts)
    tell(f"{file} is a sequence of the {named.value} dialect.")


@app.command(cls=Command)
def save(
    file: File,
    name: Annotated[str, typer.Argument(help="What to call the task.")],
    dialect: DialectOption = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a task of a document, which an installation runs: now (windrow tasks start), or on a schedule."""
    from windrow.cli.local import open_local
    from windrow.core.runs import TaskDraft

    document, named = _read(file, dialect)
    with open_local(data, make=True) as local:
        draft = TaskDraft(name, "sequence", {"document": document, "dialect": named.value})
        task = local.windrow.tasks.create(local.principal, draft)
        if as_json:
            print_json(task)
        else:
            tell(f"Task {task.id}: {task.name}.")


@app.command(cls=Command)
def schema() -> None:
    """Print the JSON Schema of the strict dialect, for editors and validators."""
    from windrow.work.sequence.strict.schema import SCHEMA

    sys.stdout.write(json.dumps(SCHEMA, indent=2) + "\n")


@app.command(cls=Command)
def explain(file: File, dialect: DialectOption = None, as_json: Json = False) -> None:
    """Say in words what a document would do, step by step. Nothing is sent."""
    from windrow.work.sequence.explaining import explain as put_into_words
    from windrow.work.sequence.explaining import validate as look_at

    document, named = _read(file, dialect)
    doubts, lines = look_at(document, named), put_into_words(document, named)
    if as_json:
        print_json({"dialect": named.value, "lines": lines, "warnings": doubts})
        return
    _warn(doubts)
    sys.stdout.write("\n".join(lines) + "\n")


@app.command("export", cls=Command)
def export_document(
    file: File,
    arazzo: Annotated[bool, typer.Option("--arazzo", help="As Arazzo 1.0.1, the only form there is so far.")] = False,
    openapi: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the OpenAPI description goes that the steps refer to.")
    ] = Path("requests.openapi.json"),
    dialect: DialectOption = None,
) -> None:
    """Write the part of a document that has no loops as Arazzo, to standard output."""
    from windrow.work.sequence.exchange.arazzo_out import export_arazzo
    from windrow.work.sequence.explaining import validate as look_at

    if not arazzo:
        raise BadInput.of("--arazzo", "must be said: it is the only form there is so far")
    document, named = _read(file, dialect)
    look_at(document, named)
    made = export_arazzo(document, named, openapi_url=openapi.name)
    openapi.write_text(json.dumps(made.openapi, indent=2) + "\n", "utf-8")
    _warn(made.warnings)
    sys.stdout.write(json.dumps(made.arazzo, indent=2, ensure_ascii=False) + "\n")


class Form(StrEnum):
    """What a file of another tool is."""

    ARAZZO = "arazzo"
    POSTMAN = "postman"
    CURL = "curl"


@app.command("import", cls=Command)
def import_document(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of the other tool; - reads standard input.")],
    form: Annotated[
        Form | None, typer.Option("--from", help="What it is; without it, that is found out from its content.")
    ] = None,
) -> None:
    """Turn Arazzo 1.0, a Postman collection or lines of cURL into a strict document, on standard output.

    Descriptions that Arazzo refers to are read from files beside it, and nothing is fetched. The result is validated.
    """
    from windrow.work.sequence.documents import Dialect
    from windrow.work.sequence.exchange.taking_in import take_in
    from windrow.work.sequence.explaining import validate as look_at

    document, warnings = take_in(_text_of(file), None if form is None else form.value, file.parent)
    _warn(warnings)
    look_at(document, Dialect.STRICT)
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _warn(told: list[str]) -> None:
    for each in told:
        Console(stderr=True).print(each, style="yellow", soft_wrap=True, highlight=False, markup=False)
