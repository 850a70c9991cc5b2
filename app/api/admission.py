"""What every call passes before its view runs: token, rate, scope, ids, document, and whether it is a repetition."""

import re
from typing import Any

from flask import Response, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from app.api import repeats
from app.api.context import caller, service
from app.api.documents import read_document, text_problem
from app.api.rates import rates
from app.errors import NotFound, Rejected
from app.staff.roles import token_may
from app.workflows.manage_tokens import Caller, find_caller

_ID = re.compile(r"[0-9A-Za-z_-]+")
WRITING = ("POST", "PATCH")


def admit() -> Response | None:
    """Let the current request through to its view (``None``), or answer it here; raises what is wrong with it."""
    g.api_caller = _authenticate()
    rates().count_call(caller().token_id)
    _check_scope(caller())
    if not all(_ID.fullmatch(str(value)) for value in (request.view_args or {}).values()):
        raise NotFound("there is nothing here")
    problems = {
        name: [text_problem(text)] for name, texts in request.args.lists() for text in texts if text_problem(text)
    }
    if problems:
        raise Rejected(problems)
    if request.method not in WRITING:
        return None
    g.api_document = read_document()
    return repeats.begin(g.api_document)


def finish(response: Response) -> Response:
    """Keep the answer where the caller asked for it, and keep it out of every cache."""
    repeats.finish(response)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _authenticate() -> Caller:
    given = request.authorization
    if given is not None and given.type == "bearer" and given.token:
        found = find_caller(service(), given.token)
        if found is not None:
            return found
    rates().count_failure(request.remote_addr or "")
    said: dict[str, str | None] = {"realm": "bedside"}
    if given is not None:
        said["error"] = "invalid_token"
    raise Unauthorized(
        "A valid token is needed: Authorization: Bearer <token>.", www_authenticate=WWWAuthenticate("bearer", said)
    )


def _check_scope(found: Caller) -> None:
    view: Any = current_app.view_functions[request.endpoint or ""]
    need: str = view.needs  # set where the call is declared
    if not token_may(found.scope, need):
        raise Forbidden(f"This call needs a token with the scope {need}.")
