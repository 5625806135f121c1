"""How our errors look in the console: a page that says what happened and what to do about it."""

from dataclasses import dataclass

from windrow import errors


@dataclass(frozen=True, slots=True)
class Telling:
    """A kind of error: its HTTP status, the page's title, and what to do."""

    status: int
    title: str
    advice: str


TELLINGS: tuple[tuple[type[Exception], Telling], ...] = (
    (errors.BadInput, Telling(422, "Something in the form is not right", "Go back, change what is named, send again.")),
    (
        errors.NotFound,
        Telling(404, "There is nothing here", "It may have been deleted, or it belongs to another team."),
    ),
    (errors.NotAuthenticated, Telling(401, "Sign in", "Sign in to go on.")),
    (
        errors.NotAllowed,
        Telling(403, "This is not for you to do", "Ask an administrator for the role that it needs."),
    ),
    (errors.TooManyAttempts, Telling(429, "Too many attempts", "Wait a little, then try again.")),
    (
        errors.Conflict,
        Telling(409, "Not just now", "Things have changed since the page was made: look at how they stand."),
    ),
    (
        errors.RemoteForbidden,
        Telling(422, "This address may not be asked", "The operator decides where Windrow may connect to."),
    ),
    (errors.RemoteError, Telling(502, "The remote server did not answer well", "Try again later, or look at its URL.")),
    (errors.HostClosed, Telling(409, "Not at this hour", "An admin said when this host may be asked.")),
    (
        errors.StoreUnavailable,
        Telling(503, "The database does not answer", "Nothing was lost. The page works again when the database does."),
    ),
)
"""Our errors and how they are told; the first that fits counts."""

UNFORESEEN = Telling(500, "Something went wrong here", "The operator finds the reason in the log.")


def telling_of(error: Exception) -> Telling:
    """How an error is told."""
    return next((telling for kind, telling in TELLINGS if isinstance(error, kind)), UNFORESEEN)
