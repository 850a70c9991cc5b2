"""How many calls a minute one caller may make of one web process."""

from typing import cast

from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

CALLS_PER_MINUTE = 3000
"""Fifty a second: far more than an integration needs, far less than one that runs wild would take."""
FAILURES_PER_MINUTE = 300
_RETRY_AFTER_SECONDS = 10
_EXTENSION = "bedside-api-rates"


class Rates:
    """Counts calls in memory; each web process counts its own."""

    def __init__(self, calls: int, failures: int) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._calls = RateLimitItemPerMinute(calls)
        self._failures = RateLimitItemPerMinute(failures)

    def count_call(self, token_id: str) -> None:
        """Count one call with a token; raises ``TooManyRequests``."""
        if not self._window.hit(self._calls, "token", token_id):
            raise TooManyRequests("This token makes too many calls.", retry_after=_RETRY_AFTER_SECONDS)

    def count_failure(self, address: str) -> None:
        """Count one call without a valid token from an address; raises ``TooManyRequests``."""
        if not self._window.hit(self._failures, "address", address):
            raise TooManyRequests("Too many calls without a valid token.", retry_after=_RETRY_AFTER_SECONDS)


def set_up_rates(app: Flask) -> None:
    """Start counting for an application; ``API_CALLS_PER_MINUTE`` in its configuration changes the limit."""
    calls = int(app.config.get("API_CALLS_PER_MINUTE", CALLS_PER_MINUTE))
    app.extensions[_EXTENSION] = Rates(calls, FAILURES_PER_MINUTE)


def rates() -> Rates:
    """The current application's counters."""
    return cast(Rates, current_app.extensions[_EXTENSION])
