"""What every answer carries to keep a browser honest, the token in every form, and limits on guessing."""

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from app.web.context import is_https

# Nothing inline, nothing from elsewhere: a script that got into an answer's words could not run.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_A_YEAR = "max-age=31536000; includeSubDomains"

GUESSES = "30 per minute"
"""How often one address may try a password or a second fact. A whole ward may share one address."""

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)


def protect(app: Flask) -> None:
    """Prepare an application: tokens in forms, limits, headers."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # pages ask for the check themselves: webhooks and API have their own proof
        WTF_CSRF_TIME_LIMIT=None,  # as long as the browser's session: somebody ill may need an hour for a page
        WTF_CSRF_SSL_STRICT=False,  # it wants the Referer header, which no-referrer takes away
        SESSION_COOKIE_NAME="bedside_forms",
    )
    app.config.setdefault("RATELIMIT_ENABLED", True)
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(add_headers)


def check_form_token() -> None:
    """Before every request of a page: a form that was not made by us is refused."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        csrf.protect()


def add_headers(response: Response) -> Response:
    """Add the headers that are not there yet; a view may have set its own."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if is_https():
        response.headers.setdefault("Strict-Transport-Security", _A_YEAR)
    return response
