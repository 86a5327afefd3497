"""Structured events on standard error: static names, ids as values, never a person's words.

One formatter for every library; console colours on a terminal, JSON otherwise.
"""

from __future__ import annotations

import errno
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import structlog

QUIET = ("uvicorn.access", "uvicorn.error", "dramatiq", "alembic", "httpx2")
"""Loggers that tell every request, every look at the tables and every start; their warnings stay."""
FRAMES = 12
"""Places of a traceback that are told, the innermost."""


def configure(level: str = "info") -> None:
    """Send structlog and the standard library's loggers through one pipe, from that level upwards."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_words,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def trace(error: BaseException) -> str:
    """Kinds, codes and places of an error and its causes; what it says stays out.

    Exceptions quote what they failed over: a mail's words, a row, an address.
    """
    return "; because of ".join(_line(one) for one in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    known: set[int] = set()
    while error is not None and id(error) not in known:
        known.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _line(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = " < ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in reversed(frames))
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    if isinstance(error, OSError) and error.errno is not None:
        code = errno.errorcode.get(error.errno)
    return f"{type(error).__qualname__}{f' {code}' if code else ''} at {places or 'no place'}"


def _without_words(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Any library's traceback as `trace` tells it."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    if isinstance(error, BaseException):
        event["error"] = trace(error)
    return event


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; its events are named in the imperative past: `mail_stored`."""
    found: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return found
