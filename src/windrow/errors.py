"""Everything that can go wrong, as one tree; each face translates it in a table of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


class WindrowError(Exception):
    """The root. The message names the thing that went wrong and what to do about it. All of them can be pickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, (type(self), self.args, self.__dict__)


def _made_again(kind: type[WindrowError], arguments: tuple[Any, ...], state: dict[str, Any]) -> WindrowError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error


# What a caller asked for cannot be done.


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong input: `field` is a dotted path such as `settings.page_size`; `problem` tells the remedy too."""

    field: str
    problem: str


class BadInput(WindrowError):
    """Input that breaks a rule; names every field at fault, not only the first."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{each.field}: {each.problem}" for each in self.problems))

    @classmethod
    def of(cls, field: str, problem: str) -> "BadInput":
        """The usual case: one field."""
        return cls([FieldProblem(field, problem)])


class NotFound(WindrowError):
    """No such object, or one that the caller may not know of: the two look the same."""

    def __init__(self, word: str, identifier: object) -> None:
        self.word = word
        self.identifier = identifier
        super().__init__(f"There is no {word} {identifier}.")


class NotAllowed(WindrowError):
    """The caller is known and the object visible, but the role or the token's scopes do not cover this."""


class NotAuthenticated(WindrowError):
    """No credentials, or credentials that are wrong, expired or revoked."""


class TooManyAttempts(WindrowError):
    """Too many wrong passwords for this user or from this address; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Conflict(WindrowError):
    """The object's present state does not allow this; the message tells what would."""


class NameTaken(Conflict):
    """Another object has this name already."""


# The far end failed.


class RemoteError(WindrowError):
    """A remote server did not give a usable answer.

    `retryable` tells whether asking again later may help; `retry_after` is the server's own wish in seconds.
    """

    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class RemoteUnreachable(RemoteError):
    """No connection: name not found, refused, reset, TLS failure."""


class RemoteTimeout(RemoteError):
    """Connected, but too slow: on connect, between bytes, or as a whole."""


_REFUSALS = {
    401: "The credential was refused, or there is none.",
    403: "The credential does not allow this.",
}


class RemoteStatus(RemoteError):
    """An HTTP status that is no success. 408, 425, 429 and 5xx are worth another try.

    `body` is what the server said with it, at most 64 KiB: some protocols' errors come with a 4xx.
    """

    def __init__(self, message: str, *, status: int, retry_after: float | None = None, body: bytes = b"") -> None:
        super().__init__(message, retry_after=retry_after)
        self.status = status
        self.body = body
        self.retryable = status in (408, 425, 429) or status >= 500

    def explained(self, told: str) -> "RemoteStatus":
        """The same with what the server says in its own protocol; a 401 or 403 speaks of the credential first."""
        first = _REFUSALS.get(self.status, "")
        words = [first, str(self), told if told not in str(self) else ""]
        message = " ".join(filter(None, words))
        return type(self)(message, status=self.status, retry_after=self.retry_after, body=self.body)


def is_refusal(error: Exception) -> bool:
    """Whether a server said that it will not give what it was asked for, rather than that something is wrong."""
    return isinstance(error, RemoteStatus) and error.status in (401, 403, 404, 410, 451)


class RemoteForbidden(RemoteError):
    """The address is outside the outgoing policy; checked where the connection really goes."""

    retryable = False


class RemoteTooLarge(RemoteError):
    """The answer is larger than the limit."""

    retryable = False


class HostResting(RemoteError):
    """The circuit breaker of this host is open: it failed too often; `retry_after` says when it is tried again."""


class RemoteUnreadable(RemoteError):
    """An answer came, but it is not what the protocol promises: truncated, HTML, an exception report."""


class Unfit(WindrowError):
    """A target can never take this record as it is: something is missing that its standard asks for."""

    retryable = False


class ProcessLost(WindrowError):
    """The child process that carried something out died or hung; another try may go well."""

    retryable = True


class LimitExceeded(ProcessLost):
    """Work in a process of its own took more memory or time than its kind allows, and was ended.

    Tried again as often as the run's retry policy says, like any failure: what else the machine had to do may have
    been the reason.
    """


# A worker must stop.


class Stopped(WindrowError):
    """The work at hand must end now; raised at check points, never caught by a kind."""


class Cancelled(Stopped):
    """Somebody asked for this run to be cancelled."""


class LeaseLost(Stopped):
    """Another worker has taken this run over; nothing that this one still holds may be written."""


class HostClosed(Stopped):
    """An admin said that this host is not to be asked at this hour; `until` is when it may be asked again (UTC).

    That is nobody's failure: whoever must ask it gives its worker back, and goes on then.
    """

    def __init__(self, message: str, until: datetime) -> None:
        self.until = until
        super().__init__(message)

    @classmethod
    def of(cls, host: str, until: datetime) -> Self:
        """Tells of which host; by these words the store finds who waits for it."""
        return cls(f"{host}{RESTS_UNTIL}{until:%Y-%m-%d %H:%M} UTC: it is not to be asked at this hour.", until)


RESTS_UNTIL = " rests until "


class Draining(Stopped):
    """This worker is shutting down; the run goes back to the queue with all its committed progress."""


# The store failed.


class StoreUnavailable(WindrowError):
    """The database cannot be reached or is out of space; nothing was written."""
