"""The kind of work `sequence`: requests one after another, resumed where they were when a worker dies."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from windrow.errors import BadInput, FieldProblem
from windrow.model.runs import Level, Part, Progress, RunState
from windrow.model.tasks import Task
from windrow.ports.fetching import Manners
from windrow.ports.work import Done, Performed, Work
from windrow.work.sequence.conducting import Conductor
from windrow.work.sequence.documents import Dialect, checked, dialect_of
from windrow.work.sequence.explaining import validate
from windrow.work.sequence.journal import DOCUMENT, STOPPED, WAITED, Journal, fingerprint, go_on_with
from windrow.work.sequence.limits import Limits, Meter
from windrow.work.sequence.problems import Waiting
from windrow.work.sequence.running import ALONE, run_document
from windrow.work.sequence.sending import CourierSender
from windrow.work.sequence.strict.reading import started
from windrow.work.sequence.strict.schema import SCHEMA as DOCUMENT_SCHEMA
from windrow.work.sequence.surroundings import Surroundings
from windrow.work.sequence.telling import Outcome

DOCUMENT_FIELD = "parameters.document"
"""Where the document stands in a task."""

LARGEST_RESULT = 64 << 10
"""Bytes of saved values that stand in the run itself; larger ones are its file `result.json`."""

LARGEST_ANSWER = 4 << 10
"""Bytes of the request that stopped the run, and of the server's answer."""

Surround = Callable[[Work], Surroundings]
"""What is around one run: the secrets that its owner may use, and what starts work in its owner's name."""


def alone(work: Work) -> Surroundings:  # noqa: ARG001 - as others need it
    """Nothing."""
    return ALONE


Look = Callable[[Task, str, Mapping[str, Any]], None]
"""Looks at what a step wants to start, when the task is saved: the task, `task` or `walker`, and that key of the step.
Raises `BadInput`."""


def look_at_nothing(task: Task, word: str, what: Mapping[str, Any]) -> None:
    """Where nothing is known of what could be started."""


MANNERS = Manners(requests_per_second=0, concurrency=16, size_limit=Limits().answer, attempts=1)
"""A sequence asks one server on behalf of one person, as fast as it answers; a document says where it is to wait."""


@dataclass(frozen=True, slots=True)
class SequenceKind:
    """Runs a sequence. Parameters: `document`, and `dialect` where the document does not name it.

    An installation that has named secrets, and lets sequences start other work, plugs this kind in with its own
    `surround`; by itself it knows of nothing around.
    """

    surround: Surround = alone
    look: Look = look_at_nothing
    limits: Limits = Limits()

    name: ClassVar[str] = "sequence"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "document": {"type": "object", "title": "Sequence", "description": "The requests, in either dialect."},
            "dialect": {
                "type": "string",
                "enum": ["strict", "compat"],
                "title": "Dialect",
                "description": "In what language the document is; without it, what the document says, else strict.",
            },
            "resume": {
                "type": "string",
                "title": "Go on with",
                "description": "A run of the same document that stopped: what it was answered is not asked again.",
            },
        },
        "required": ["document"],
        "additionalProperties": False,
    }
    document_schema: ClassVar[Mapping[str, Any]] = DOCUMENT_SCHEMA

    def check_task(self, task: Task) -> None:
        """Raises `BadInput` for everything about a document that is wrong before it runs, with the place of each."""
        try:
            document = checked(task.parameters["document"])
            dialect = dialect_of(document, task.parameters.get("dialect"))
            validate(document, dialect)
        except BadInput as error:
            raise BadInput([_placed(each) for each in error.problems]) from error
        if dialect is Dialect.STRICT:
            wrong = [problem for step in started(document) for problem in self._look(task, *step)]
            if wrong:
                raise BadInput(wrong)

    def _look(self, task: Task, place: str, word: str, what: Mapping[str, Any]) -> list[FieldProblem]:
        try:
            self.look(task, word, what)
        except BadInput as error:
            return [FieldProblem(f"{DOCUMENT_FIELD}.{place}.{each.field}", each.problem) for each in error.problems]
        return []

    def perform(self, work: Work) -> Performed:
        """Runs the document, from the last step that an earlier attempt came to."""
        parameters = work.run.parameters
        document = checked(parameters["document"])
        conductor = self._conductor(work, _known(work, document))
        dialect, around = dialect_of(document, parameters.get("dialect")), self.surround(work)
        try:
            outcome = run_document(document, dialect, conductor, around)
        except Waiting:
            work.remember({WAITED: work.run.attempt})
            return around.starter.awaits()
        return _done(work, conductor, outcome)

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """A sequence has no parts."""
        raise NotImplementedError

    def _conductor(self, work: Work, known: Mapping[str, Any]) -> Conductor:
        meter = Meter(self.limits)

        def tell(level: Level, message: str, data: dict[str, Any]) -> None:
            path = str(data.pop("step", ""))
            work.log(level, message, part=path, **data)
            work.report(Progress(meter.requests, message=path))

        return Conductor(
            send=CourierSender(work.errands_maker, MANNERS, work.check),
            journal=Journal(known, work.remember),
            meter=meter,
            tell=tell,
            check=work.check,
            pause=work.pause,
            woken=known.get(WAITED) == work.run.attempt - 1,
        )


def _placed(problem: FieldProblem) -> FieldProblem:
    """A problem of a document as one of the task that holds it."""
    place = "" if problem.field == "document" else f".{problem.field}"
    return FieldProblem(f"{DOCUMENT_FIELD}{place}", problem.problem)


def _known(work: Work, document: Any) -> dict[str, Any]:
    """What is in the journal of this run; at its beginning, what is in that of the run that it goes on with.

    It is kept as this run's own: who goes on with this one finds all of it, also when the other is deleted.
    """
    own = dict(work.recall())
    if own:
        return own
    earlier = work.run.parameters.get("resume")
    known = go_on_with(work.recall(earlier), document) if earlier else {}
    known[DOCUMENT] = fingerprint(document)
    work.remember(known)
    return known


def _done(work: Work, conductor: Conductor, outcome: Outcome) -> Done:
    result = _keep_result(work, outcome.result)
    told = f"{outcome.error['step']}: {outcome.error['message']}" if outcome.error else ""
    if outcome.error is not None:
        work.remember({STOPPED: outcome.error["step"]})
        result["error"] = _small({name: value for name, value in outcome.error.items() if name != "saved"})
    match outcome.state:
        case RunState.SUCCEEDED:
            work.report(Progress(conductor.succeeded, conductor.succeeded))
            return Done(result, succeeded=max(1, conductor.succeeded), message=f"{conductor.succeeded} requests")
        case RunState.PARTIAL:
            return Done(result, succeeded=conductor.succeeded, failed=max(1, conductor.failed), message=told)
        case _:
            return Done(result, succeeded=0, failed=max(1, conductor.failed), message=told)


def _keep_result(work: Work, saved: Any) -> dict[str, Any]:
    written = json.dumps(saved).encode()
    if len(written) <= LARGEST_RESULT and _fits(saved):
        return {"saved": saved}
    with work.output("result.json", "application/json") as file:
        file.write(written)
    return {"file": "result.json", "bytes": len(written)}


def _small(error: dict[str, Any]) -> dict[str, Any]:
    """What stopped the run, with the request and the server's answer where those are small."""
    return {name: value for name, value in error.items() if name not in ("request", "answer") or _is_small(value)}


def _is_small(value: Any) -> bool:
    return _fits(value) and len(json.dumps(value)) <= LARGEST_ANSWER


def _fits(saved: Any) -> bool:
    """Whether the database can keep it: JSON with whole numbers of at most 64 bits and text that is Unicode."""
    try:
        orjson.dumps(saved)
    except TypeError:
        return False
    return True
