"""Structured events on standard error: static names, ids as values, never a person's words.

One formatter for every library; console colours on a terminal, JSON otherwise.
"""

from __future__ import annotations

import logging
import sys

import structlog

QUIET = ("uvicorn.access", "uvicorn.error", "dramatiq", "alembic", "httpx2")
"""Loggers that tell every request, every look at the tables and every start; their warnings stay."""


def configure(level: int = logging.INFO) -> None:
    """Send structlog and the standard library's loggers through one pipe."""
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
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; its events are named in the imperative past: `mail_stored`."""
    found: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return found
