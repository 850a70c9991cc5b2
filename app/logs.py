"""Structured logs that cannot carry personal data: an event is a constant, its fields come from an allow-list.

An exception is logged by its type and the lines of our own code it came through, never by its message: database and
parsing errors quote the values they failed on.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "address", "agent", "alert_id", "attempt", "channel", "checkin_id", "code", "command", "count", "database",
        "duplicates", "entity", "environment", "error", "error_code", "exit_code", "field", "gateway", "host", "id",
        "inbound_id", "items", "kind", "level", "lines", "logger", "message_id", "message_sid", "method", "name",
        "outcome", "path", "patient_id", "page_id", "port", "priority", "problem", "reason", "request_id", "result",
        "route", "seconds", "site", "stage", "status", "step", "template", "tier", "timestamp", "token_id", "version",
        "where", "worker",
    }
)  # fmt: skip
"""Every field a log line may have. ``path`` is a route's pattern, never the address asked for."""

_STANDARD = frozenset({"event", "level", "timestamp"})


def configure_logging(level: str, log_format: str) -> None:
    """Send every log line, ours and the libraries', to standard error in one form."""
    renderer: Any = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            describe_exception,
            keep_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [LibraryHandler()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)


def get_logger() -> Any:
    """The logger; call it as ``log.info("constant_event", field=value)`` with fields from ``ALLOWED``."""
    return structlog.get_logger()


def keep_allowed(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list, and say that one was dropped."""
    kept = {k: v for k, v in fields.items() if k in ALLOWED or k in _STANDARD}
    if len(kept) != len(fields):
        kept["field"] = "dropped: " + ", ".join(sorted(set(fields) - set(kept)))
    return kept


def describe_exception(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn ``exc_info`` into the exception's type and the lines it passed, without its message."""
    info = fields.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        fields["error"] = type(error).__qualname__
        fields["where"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames]
    return fields


class LibraryHandler(logging.Handler):
    """Passes a library's warning on by its unformatted text: the arguments may quote what a person wrote."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log one record."""
        fields: dict[str, Any] = {
            "logger": record.name,
            "problem": str(record.msg)[:200] if record.args else "see logger",
        }
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        get_logger().warning("library", **fields)
