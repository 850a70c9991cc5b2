"""The pass of somebody who gave the second fact: a signed cookie, good for one link and half an hour at a time."""

from datetime import timedelta

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeSerializer

from app.keyring import hash_token
from app.web.context import cookie_options, service

_COOKIE = "bedside_form"
_LASTS = timedelta(minutes=30)


def has_pass(token: str) -> bool:
    """Whether this browser gave the second fact for this link within the last half hour."""
    try:
        held = _signer().loads(request.cookies.get(_COOKIE, ""))
        return bool(held["link"] == hash_token(token) and held["until"] > service().clock.now().timestamp())
    except (BadData, KeyError, TypeError):
        return False


def give_pass(response: Response, token: str) -> Response:
    """Let this browser go on for another half hour: whoever is ill may be slow."""
    until = (service().clock.now() + _LASTS).timestamp()
    value = _signer().dumps({"link": hash_token(token), "until": until})
    lasts = int(_LASTS.total_seconds())
    response.set_cookie(_COOKIE, value, max_age=lasts, path=f"/c/{token}", **cookie_options())
    return response


def _signer() -> URLSafeSerializer:
    # The last key signs, all verify.
    keys = [*current_app.config.get("SECRET_KEY_FALLBACKS", ()), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt="bedside form pass")
