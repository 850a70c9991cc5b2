"""Whether Twilio sent a request: its signature over the address that Twilio called and what it posted."""

from collections.abc import Sequence
from urllib.parse import parse_qs, quote, urlsplit

from flask import Request
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from app.webhooks.parameters import FORM


def verify(tokens: Sequence[str], public_url: str, request: Request) -> int | None:
    """Return the position in ``tokens`` of the one that signed ``request``, or ``None`` if none did.

    Compare with ``is None``: position 0, the current token, is falsy. A later position means that an old token still
    signs, which is worth a warning. Call it before anything reads ``request.form``. A body over the limit raises
    Flask's 413; whatever else goes wrong counts as unsigned, because several kinds of garbage make the SDK raise
    (bad port, lone surrogate, missing header). A valid request can be replayed: the caller must be idempotent.
    """
    body = request.get_data()
    try:
        signature = request.headers[SIGNATURE_HEADER]
        url = signed_url(public_url, request)
        posted = _posted(url, body, request)
        matching = [
            position
            for position, token in enumerate(tokens)
            if token and RequestValidator(token).validate(url, posted, signature)
        ]
    except Exception:
        return None
    return matching[0] if matching else None


def signed_url(public_url: str, request: Request) -> str:
    """The address that Twilio called: ours from the settings, with the path and query exactly as they came.

    Never ``request.url``: behind a proxy its scheme, host and prefix are wrong or forged, and it is encoded anew.
    """
    public = urlsplit(public_url.rstrip("/"))
    target = _raw_target(request)
    # A proxy in front of a prefix either strips it or passes it on.
    prefix = "" if public.path and target.startswith(public.path + "/") else public.path
    return f"{public.scheme}://{public.netloc}{prefix}{target}"


def _raw_target(request: Request) -> str:
    """Path and query as on the request line. waitress and uWSGI call it REQUEST_URI, gunicorn RAW_URI."""
    environ = request.environ
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw:
        text = str(raw)
        if not text.startswith("/"):  # a request line may hold a whole address
            text = "/" + text.partition("://")[2].partition("/")[2]
        return text
    path = (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1")  # as WSGI spells bytes
    query = environ.get("QUERY_STRING", "")
    return quote(path, safe="/:@!$&'()*+,;=~") + ("?" + query if query else "")


def _posted(url: str, body: bytes, request: Request) -> object:
    """What the signature must cover besides the address. Raises ``ValueError`` for a body that it would not cover."""
    if "bodySHA256" in parse_qs(urlsplit(url).query, keep_blank_values=True):
        return body.decode("utf-8")  # as text: given a form, the SDK would skip the hash and accept any body
    if body and request.mimetype != FORM:
        raise ValueError("a body that is neither a form nor hashed is not signed")
    return request.form
