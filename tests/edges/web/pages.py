"""A browser without a browser: it keeps cookies, and sends forms back with the token that they came with."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.db import site_scope
from app.staff import store as staff
from tests.world import Clinic

PASSWORD = "a long sentence that nobody guesses"
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_LINK = re.compile(r"/c/([\w-]+)")


class Pages:
    """One browser."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.token = ""

    def get(self, path: str, status: int = 200, **kwargs: Any) -> str:
        """The page at a path."""
        response = self.client.get(path, **kwargs)
        assert response.status_code == status, (response.status_code, response.text[:2000])
        self._keep(response)
        return unescape(response.text)

    def send(self, path: str, **fields: str) -> TestResponse:
        """Send a form with the token of the page seen last."""
        return self.client.post(path, data={"csrf_token": self.token, **fields})

    def post(self, path: str, status: int = 303, fields: Mapping[str, str] | None = None, **more: str) -> str:
        """Send a form, and follow where it leads (unless another ``status`` is expected); the page one lands on."""
        response = self.send(path, **(fields or {}), **more)
        assert response.status_code == status, (response.status_code, response.text[:2000])
        if status == 303:
            return self.get(response.headers["Location"])
        self._keep(response)
        return unescape(response.text)

    def sign_in(self, email: str) -> str:
        """Sign in as a member of staff; the page one lands on."""
        self.get("/sign-in")
        return self.post("/sign-in", email=email, password=PASSWORD)

    def _keep(self, response: TestResponse) -> None:
        found = _TOKEN.search(response.text)
        self.token = found[1] if found else self.token


def hurry(app: Flask) -> None:
    """Let the application's own database not wait for the disk: a test need not survive a power cut."""
    engine = app.extensions["bedside"].service.db.engine
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))


def give_password(clinic: Clinic, email: str) -> None:
    """Let a member of staff sign in with ``PASSWORD``. Its hash is a cheap one: a real one takes half a second."""
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        person = staff.find_practitioner_by_email(session, email=email)
        assert person is not None
        person.password_hash = _CHEAP


def link_to(clinic: Clinic, phone: str) -> str:
    """The path of the newest form link that was texted to a number."""
    with clinic.reading():
        departures = [d for d in clinic.gateway.departures if d.recipient == phone and _LINK.search(d.body)]
    found = _LINK.search(departures[-1].body)
    assert found
    return f"/c/{found[1]}"


def text_of(page: str) -> str:
    """What a page says, without its tags, in one line."""
    body = page.partition("<body")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())
