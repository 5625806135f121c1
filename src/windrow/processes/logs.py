"""Logs of our own processes: structured, on standard error, for people or for machines."""

import logging
import sys
from contextlib import suppress
from typing import TextIO

import structlog

from windrow.settings import Settings

LEVELS = logging.getLevelNamesMapping()


def configure_logs(settings: Settings, process: str) -> None:
    """Sends all log lines of this process to standard error, with the process's name in each."""
    as_json = settings.log_format == "json"
    _configure(
        LEVELS[settings.log_level.upper()],
        structlog.processors.format_exc_info if as_json else _pass_on,
        structlog.processors.JSONRenderer() if as_json else _for_people(),
    )
    structlog.contextvars.bind_contextvars(process=process)


def configure_command_logs() -> None:
    """For commands that people run: warnings and above, in one line each, without tracebacks."""
    _configure(logging.WARNING, _drop_traceback, _for_people())


def _configure(level: int, exceptions: structlog.typing.Processor, renderer: structlog.typing.Processor) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            exceptions,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(_standard_error()),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING),
        stream=_standard_error(),
        format="%(levelname)s %(name)s: %(message)s",
        force=True,
    )


def _for_people() -> structlog.typing.Processor:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )


class _StandardError:
    """Standard error as it is when a line is written: a progress bar puts itself in its place for a while.

    What cannot be written (the disk is full, nobody reads any more) is dropped: whoever tells of a trouble must not end
    by it. A heart, a clock or a request did.
    """

    def write(self, text: str) -> int:
        with suppress(OSError):
            return sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def _standard_error() -> TextIO:
    return _StandardError()  # type: ignore[return-value]  # all of a text file that loggers use


def _pass_on(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return event


def _drop_traceback(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if event.pop("exc_info", None):
        error = sys.exc_info()[1]
        event["reason"] = f"{type(error).__name__}: {error}"
    return event
