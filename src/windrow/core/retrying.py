"""Retrying: whether a failed run or part is tried again, and when."""

import random

from windrow.errors import ProcessLost, RemoteError, WindrowError
from windrow.model.tasks import Retry


def is_worth_retrying(error: Exception) -> bool:
    """Whether trying again later may help.

    A remote and a lost process say so themselves; whatever else we name ourselves (wrong input, a missing thing) stays
    as it is; what nobody foresaw may have been an accident.
    """
    if isinstance(error, RemoteError | ProcessLost):
        return error.retryable
    return not isinstance(error, WindrowError)


def wait_before(error: Exception, retry: Retry, failures: int) -> float | None:
    """Seconds until the next try after so many failed ones, not sooner than the remote asks; None if there is none."""
    if failures >= retry.attempts or not is_worth_retrying(error):
        return None
    asked = error.retry_after or 0.0 if isinstance(error, RemoteError) else 0.0
    return max(asked, retry.wait(failures, random.random()))  # noqa: S311 - spreads retries, guards nothing


LONGEST_ERROR = 10_000


def tell(error: Exception) -> str:
    """Why something failed, for people: bounded, and without characters that no database takes."""
    text = str(error) or type(error).__name__
    return text[:LONGEST_ERROR].encode(errors="replace").decode().replace("\0", "\ufffd")
