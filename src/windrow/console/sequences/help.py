"""Which keys go where in a document: from the published schema of the strict dialect, and in words for the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from windrow.console.schema_help import Key
from windrow.console.schema_help import keys_of as keys_in
from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.strict.schema import SCHEMA

GROUPS = ("retry", "pages", "loop", "task", "walker")
"""Keys of a step that hold keys of their own."""


@dataclass(frozen=True, slots=True)
class Group:
    """The keys of one place."""

    title: str
    keys: Sequence[Key]


COMPAT = (
    Group(
        "The document",
        (
            Key("persistence", "an object", "The saved values to begin with, and the result."),
            Key("container", "an object", "current (the answer before), parent_current and index to begin with."),
            Key("requests", "a list", "The requests, one after another.", needed=True),
        ),
    ),
    Group(
        "A request",
        (
            Key("method", "GET, POST or JAC", "Others are not sent: the answer before stands for theirs."),
            Key("api", "text", "The address, or the operation."),
            Key("body", "an object", "Sent as JSON by POST."),
            Key("header", "an object", "Headers, texts only. A key named headers means nothing."),
            Key("master", "any value", "For JAC."),
            Key("save_to", "text", "The name that the answer is saved under."),
            Key("save_req_to", "text", "The name that the request is saved under."),
            Key("ignore_error", "true or false", "Whether the list goes on after an error."),
            Key("break", "a filter", "Where the answer meets it, the list ends."),
            Key("__def_loop__", "an object", "What is done for each item of a list."),
            Key("idempotent", "true or false", "Whether a POST may be sent again when nobody knows what became of it."),
        ),
    ),
    Group(
        "A loop (__def_loop__)",
        (
            Key("by", "text", "The path of a list, without braces: $.data."),
            Key("filter", "a list", "Conditions that items must meet."),
            Key("requests", "a list", "What is done with each item.", needed=True),
        ),
    ),
)

TEMPLATES = {
    Dialect.STRICT: (
        ("{{ $.a.b }}", "from the answer before"),
        ("{{ #.name }}", "a saved value"),
        ("{{ @.id }}, {{ @account.id }}", "the item of the innermost loop, or of the one so named"),
        ("{{ !account }}", "the number of the item, from 0"),
        ("{{ $.next? }}", "nothing where it is not there"),
        ("{{ secret.NAME }}", "a named secret: in header, query and body only"),
    ),
    Dialect.COMPAT: (
        ("{{$.a.b}}", "from the answer before"),
        ("{{#.name}}", "a saved value"),
        ("{{@.id}}", "the item of the innermost loop"),
        ("{{!}}", "its number, from 0"),
    ),
}


@cache
def keys_of(dialect: Dialect) -> Sequence[Group]:
    """The keys by the place where they stand."""
    match dialect:
        case Dialect.COMPAT:
            return COMPAT
        case Dialect.STRICT:
            step = SCHEMA["$defs"]["step"]
            inner = [Group(f"{_CAPTIONS[name]} ({name})", list(keys_in(step["properties"][name]))) for name in GROUPS]
            return [Group("The document", list(keys_in(SCHEMA))), Group("A step", list(keys_in(step))), *inner]


_CAPTIONS = {
    "retry": "Further attempts",
    "pages": "Pages: one of next, link, cursor and page",
    "loop": "A loop",
    "task": "A task",
    "walker": "A walker",
}
