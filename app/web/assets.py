"""Static files: each address carries a hash of the content, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, request, send_from_directory, url_for

_FOLDER = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=300"


def asset(name: str) -> str:
    """The address of a static file, changing with its content."""
    return url_for("web.static_file", name=name, v=fingerprint(name))


@cache
def fingerprint(name: str) -> str:
    """The first ten digits of a static file's SHA-256."""
    return hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:10]


def send_asset(name: str) -> Response:
    """Send a static file; 404 when there is none."""
    response = send_from_directory(_FOLDER, name)
    known = (_FOLDER / name).is_file() and request.args.get("v") == fingerprint(name)
    response.headers["Cache-Control"] = _FOR_EVER if known else _BRIEFLY
    return response
