"""Declares a call of the API once: its route, who may make it, what goes in, what comes out, and its documentation."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import marshmallow
from flask import Request, g
from flask_smorest import Blueprint
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from app.api.admission import WRITING, admit, finish
from app.api.problems import answer_errors, flatten
from app.api.repeats import HEADER
from app.errors import Rejected
from app.workflows.keep_answer import LONGEST_KEY

PREFIX = "/api/v1"
PROBLEMS = {
    400: "The body is not valid JSON.",
    401: "There is no valid token.",
    403: "The token's scope does not allow this.",
    404: "There is no such thing at the token's site.",
    409: "The present state forbids this, or the first request with the same key is still running.",
    413: "The body is larger than 1 MB.",
    415: "The body is not application/json.",
    422: "Something in the request cannot be accepted; `errors` says what, by field.",
    429: "Too many calls; `Retry-After` says when to go on.",
    503: "The service cannot do this just now; `Retry-After` says when to try again.",
}
_ALWAYS = (401, 403, 422, 429, 503)
_WHEN_WRITING = (400, 409, 413, 415)
_KEY_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "description": "The same key and body again return the first answer; the same key with another body is a 422.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
}
_LOCATION = {"Location": {"description": "The address of what was made.", "schema": {"type": "string"}}}

View = Callable[..., Any]


class _Parser(FlaskParser):
    """Takes the document that admission has read and checked, and refuses in our own words."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The document of the request."""
        return g.api_document

    def handle_error(self, error: Any, req: Any, schema: Any, **_: Any) -> NoReturn:
        """Say which fields are wrong."""
        # The outermost name is where the values came from (json, query), which nobody asked for.
        raise Rejected(flatten({k: v for below in error.messages.values() for k, v in _as_mapping(below).items()}))


class Calls(Blueprint):  # type: ignore[misc]  # flask_smorest has no types
    """A group of calls on one kind of resource."""

    ARGUMENTS_PARSER = _Parser()

    def __init__(self, name: str, import_name: str, description: str) -> None:
        super().__init__(f"api_{name}", import_name, url_prefix=PREFIX, description=description)
        self.tag = name.replace("_", " ").capitalize()
        self.before_request(admit)
        self.after_request(finish)
        answer_errors(self)

    def call(
        self,
        method: str,
        rule: str,
        *,
        needs: str,
        answer: type[Schema],
        status: int = 200,
        body: type[Schema] | None = None,
        query: type[Schema] | None = None,
        located: bool = False,
    ) -> Callable[[View], View]:
        """Declare a view as a call.

        ``needs`` is the scope: read, write or admin. The view gets what ``body`` or ``query`` read as its argument, and
        returns what ``answer`` writes. ``located``: it also returns a ``Location``.
        """

        def declare(view: View) -> View:
            made = view
            if body is not None:
                # Without a body the document is empty, which is enough where no field is needed.
                made = self.arguments(body, required=any(f.required for f in body().fields.values()))(made)
            if query is not None:
                made = self.arguments(query, location="query", unknown=marshmallow.RAISE)(made)
            made = self.response(status, answer, headers=_LOCATION if located else None)(made)
            for code in _problems(method, rule):
                made = self.alt_response(code, f"Problem{code}")(made)
            parameters = [_KEY_PARAMETER] if method in WRITING else []
            made = self.doc(operationId=view.__name__, parameters=parameters)(made)
            vars(made)["needs"] = needs
            self.add_url_rule(_limited(rule), view.__name__, made, methods=[method], tags=[self.tag])
            return view

        return declare


def _problems(method: str, rule: str) -> list[int]:
    codes = {*_ALWAYS, *(_WHEN_WRITING if method in WRITING else ()), *((404,) if "<" in rule else ())}
    return sorted(codes)


def _limited(rule: str) -> str:
    """The rule with its ids as text of at most 40 characters: anything longer is no id, and so not found."""
    return rule.replace("<", "<string(maxlength=40):")


def _as_mapping(messages: Any) -> Mapping[str, Any]:
    return messages if isinstance(messages, Mapping) else {"_schema": messages}
