"""What can go wrong with a sequence as a whole, beside what goes wrong with one of its requests."""

from windrow.errors import RemoteError, Stopped, WindrowError


class OutOfBounds(WindrowError):
    """The sequence went beyond a limit: too many requests, too deep, too long, or without an end.

    It ends the run, whatever a document says about errors: no document can loosen a limit.
    """


class Unknown(RemoteError):
    """A request was under way when the worker died: nobody knows whether it arrived, and it may not be sent twice."""

    retryable = False


class Waiting(Stopped):
    """Other work that the run has begun goes on: it gives its worker back, and is called again when that has ended."""
