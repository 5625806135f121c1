"""How functions become commands: options gathered in classes, and errors that name the option at fault."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints

from typer.core import TyperArgument, TyperCommand, TyperOption

from windrow.errors import BadInput, FieldProblem

ALIASES = {
    "settings": "set",
    "parameters": "set",
    "policies": "policy",
    "rules": "rule",
    "schedule": "every",
    "trigger": "every",
    "expires_at": "expires",
}
"""What the parts of an input are called as options, where that is another word."""


SCHEDULED = {"expression": "cron", "rule": "calendar", "at": "once", "event": "sun", "offset_seconds": "offset"}
"""The same for the parts of a schedule."""

NAMING_MOMENTS = ("cron", "calendar", "once", "sun", "elapsed")
"""Options that say when a schedule is due; any of them may be what is wrong with its trigger."""


class Command(TyperCommand):
    """A command whose errors name its options, whatever the core calls the fields."""

    def invoke(self, ctx: Any) -> Any:
        """Runs it. Raises `BadInput` in the words of the command line."""
        try:
            return super().invoke(ctx)
        except BadInput as error:
            raise BadInput([self._named(each, ctx.params) for each in error.problems]) from error

    def _named(self, problem: FieldProblem, given: Mapping[str, object]) -> FieldProblem:
        first, _, rest = problem.field.partition(".")
        options = self._options()
        if first.startswith("--") and first.split()[0] not in options.values() and "set" in options:
            # A setting that was given by `--set`: elsewhere it would be a flag of its own.
            return FieldProblem(f"--set {first.removeprefix('--').replace('-', '_')}", problem.problem)
        option = _of_schedule(rest, options, given) if first in ("schedule", "trigger") else None
        option = option or options.get(ALIASES.get(first, first))
        if option is None:
            return problem
        named = f"{option} {rest}" if rest and option in ("--set", "--policy", "--rule") else option
        return FieldProblem(named, problem.problem)

    def _options(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in self.params:
            if isinstance(each, TyperOption):
                longest = max(each.opts, key=len)
                found |= {longest.removeprefix("--").replace("-", "_"): longest, str(each.name): longest}
            elif isinstance(each, TyperArgument):
                found[str(each.name)] = each.metavar or str(each.name).upper()
        return found


def _of_schedule(rest: str, options: Mapping[str, str], given: Mapping[str, object]) -> str | None:
    """The option that a part of a schedule came by; None where only the command's own way of saying when is left."""
    word = rest.removeprefix("trigger").removeprefix(".").partition(".")[0]
    if word:
        return options.get(SCHEDULED.get(word, word))
    return next((options[name] for name in NAMING_MOMENTS if given.get(name) is not None), None)


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Turns each parameter that is annotated with a dataclass of options into one option per field of the class."""
    signature, hints = inspect.signature(command), get_type_hints(command, include_extras=True)
    classes = {name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)}

    @wraps(command)
    def gathered(**given: Any) -> None:
        for name, each in classes.items():
            given[name] = each(**{field.name: given.pop(field.name) for field in fields(each)})
        command(**given)

    parameters = list(_parameters(signature.parameters.values(), hints, classes))
    gathered.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    gathered.__annotations__ = {each.name: each.annotation for each in parameters}
    return gathered


def _parameters(
    declared: Sequence[inspect.Parameter] | Any, hints: dict[str, Any], classes: dict[str, Any]
) -> Iterator[inspect.Parameter]:
    for each in declared:
        if each.name not in classes:
            yield each.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[each.name])
            continue
        annotations = get_type_hints(classes[each.name], include_extras=True)
        for field in fields(classes[each.name]):
            default = inspect.Parameter.empty if field.default is MISSING else field.default
            yield inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotations[field.name]
            )
