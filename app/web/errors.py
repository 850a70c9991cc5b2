"""Errors as pages that say what to do. Paths of the API, of FHIR and of webhooks answer for themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.errors import BedsideError, Conflict, NotFound, Rejected, Unavailable
from app.web.blueprint import pages
from app.web.phrases import languages, phrases_for

_NOT_OURS = ("/api/", "/fhir/", "/webhooks/")
_STATUS: dict[type[BedsideError], int] = {NotFound: 404, Conflict: 409, Rejected: 422, Unavailable: 503}


@dataclass(frozen=True, slots=True)
class Advice:
    """What an error page says."""

    title: str
    text: str


_ADVICE = {
    400: Advice("That form cannot be used any more", "Please go back, reload the page and try again."),
    401: Advice("You are signed out", "Please sign in again."),
    403: Advice("Your role does not include this", "Ask your administrator if you need it."),
    404: Advice("There is nothing here", "It may have been moved, or it belongs to another clinic."),
    405: Advice("That cannot be done here", "Please go back and use the page's own buttons."),
    409: Advice("Somebody was faster", "Please go back and look at how it stands now."),
    413: Advice("That is too much at once", "Please shorten your text and try again."),
    422: Advice("That cannot be saved", "Please go back and check what you entered."),
    429: Advice("Too many tries", "Please wait a minute, then try again."),
    500: Advice("Something went wrong on our side", "Nothing you saved before is lost. Please try again in a minute."),
    503: Advice("We cannot do this just now", "Please try again in a moment."),
}


def handle_errors(app: Flask) -> None:
    """Answer with a page whatever address no part of the service knows."""
    for status in (404, 405, 413):
        app.register_error_handler(status, _leave_to_others(_http_error))


def error_page(status: int, said: str | None = None) -> Response:
    """The page for a status. Under a form link it is in every language: whose link it is may not be known."""
    if request.path.startswith("/c/"):
        page = render_template(
            "patient_error.html", status=status, texts={language: phrases_for(language) for language in languages()}
        )
    else:
        advice = _ADVICE.get(status, _ADVICE[500 if status >= 500 else 400])
        page = render_template("error.html", status=status, advice=advice, said=said)
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.errorhandler(500)
@pages.errorhandler(CSRFError)
@pages.errorhandler(HTTPException)
def _http_error(error: Exception) -> ResponseReturnValue:
    status = error.code or 500 if isinstance(error, HTTPException) else 500
    if isinstance(error, HTTPException) and error.response is not None:
        return error.response
    response = error_page(status)
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
    return response


@pages.errorhandler(BedsideError)
def _bedside_error(error: BedsideError) -> ResponseReturnValue:
    said = str(error) if isinstance(error, Conflict | Rejected | Unavailable) else None
    return error_page(_STATUS.get(type(error), 500), said)


def _leave_to_others(handle: Callable[[Exception], ResponseReturnValue]) -> Callable[[Exception], ResponseReturnValue]:
    def decide(error: Exception) -> ResponseReturnValue:
        if not request.path.startswith(_NOT_OURS):
            return handle(error)
        theirs = current_app.error_handler_spec[None][None].get(HTTPException)
        if theirs is not None and isinstance(error, HTTPException):
            return cast(ResponseReturnValue, theirs(error))
        assert isinstance(error, HTTPException)
        return error

    return decide
