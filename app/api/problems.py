"""Every error of the API as a problem document (RFC 9457): what went wrong, and which fields."""

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.routing import RequestRedirect

from app.errors import Conflict, NotFound, Rejected, Unavailable
from app.logs import get_logger
from app.workflows.keep_answer import StillRunning

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER_SECONDS = 5

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Always about:blank: the status says what kind of problem it is."},
        "title": {"type": "string", "description": "The name of the status."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What went wrong, in a sentence."},
        "errors": {
            "type": "object",
            "description": "What is wrong with each field, by its dotted path.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
"""The problem document in JSON Schema, for the description of the API."""


def problem(
    status: int,
    detail: str,
    errors: Mapping[str, list[str]] | None = None,
    headers: Iterable[tuple[str, str]] = (),
) -> Response:
    """One problem document as a response."""
    document: dict[str, Any] = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail
    }  # fmt: skip
    if errors:
        document["errors"] = dict(errors)
    response = Response(json.dumps(document), status=status, content_type=MEDIA_TYPE)
    for name, value in headers:
        response.headers[name] = value
    return response


def answer_errors(blueprint: Blueprint) -> None:
    """Make every error raised in a call of ``blueprint`` a problem document.

    Registered for each status, because Flask prefers a handler for a status of the whole application, such as an HTML
    page for 404, to a blueprint's handler for all of them.
    """
    for code in default_exceptions:
        blueprint.register_error_handler(code, _of_http)
    handlers: dict[type[Exception], Callable[[Any], Response]] = {
        HTTPException: _of_http,
        Rejected: _of_rejected,
        NotFound: lambda error: problem(404, _sentence(error)),
        Conflict: lambda error: problem(409, _sentence(error)),
        StillRunning: lambda error: problem(409, _sentence(error), headers=[("Retry-After", "1")]),
        Unavailable: lambda error: problem(503, _sentence(error), headers=[("Retry-After", str(_RETRY_AFTER_SECONDS))]),
        Exception: _of_unexpected,
    }
    for kind, handler in handlers.items():
        blueprint.register_error_handler(kind, handler)


def answer_routing_error() -> Response | None:
    """A problem document for an address or method that the API does not have; ``None`` for everything else.

    Such a request belongs to no blueprint yet, so this runs before every request of the application.
    """
    error = request.routing_exception
    if error is None or isinstance(error, RequestRedirect) or not f"{request.path}/".startswith("/api/"):
        return None
    headers = [("Allow", allow)] if (allow := error.get_response().headers.get("Allow")) else []
    said = "This address does not take that method." if headers else "The API has no such address."
    return problem(error.code or 404, said, headers=headers)


def flatten(messages: Any, path: str = "") -> dict[str, list[str]]:
    """Validation messages by dotted path, from nested ones: ``{"consent": {"method": […]}}`` is ``consent.method``."""
    if isinstance(messages, Mapping):
        found: dict[str, list[str]] = {}
        for key, below in messages.items():
            inner = path if key == "_schema" else f"{path}.{key}" if path else str(key)
            for name, texts in flatten(below, inner).items():
                found.setdefault(name, []).extend(texts)
        return found
    return {path: [str(text) for text in messages] if isinstance(messages, list) else [str(messages)]}


def _of_http(error: HTTPException) -> Response:
    headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    status = error.code or 500
    if status >= 500:
        return problem(status, "Something went wrong here; it was noted.", headers=headers)
    return problem(status, error.description or error.name, headers=headers)


def _of_rejected(error: Rejected) -> Response:
    whole = error.problems.get("", [])
    fields = {name: texts for name, texts in error.problems.items() if name}
    return problem(422, " ".join(whole) or f"Please check: {', '.join(fields)}.", fields)


def _of_unexpected(error: Exception) -> Response:
    route = request.url_rule.rule if request.url_rule else None
    get_logger().error("api_call_failed", route=route, method=request.method, exc_info=error)
    return problem(500, "Something went wrong here; it was noted.")


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]
