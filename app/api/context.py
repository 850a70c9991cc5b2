"""What a call works with: the service, and who calls."""

from typing import cast

from flask import current_app, g

from app.workflows.manage_tokens import Caller
from app.workflows.service import Service


def service() -> Service:
    """The parts that ``create_app`` wired together."""
    return cast(Service, current_app.extensions["bedside"].service)


def caller() -> Caller:
    """The program that makes this call; ``admit`` has checked its token."""
    return cast(Caller, g.api_caller)


def site_id() -> str:
    """The site that the caller's token belongs to."""
    return caller().site_id
