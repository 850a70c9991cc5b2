"""Tables of sites and of the people and programs that may act in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, Encrypted, SiteOwned, encrypted

DEFAULT_ALERT_BUDGET = 25.0
"""How many red and amber alerts one nurse is given in a day, unless the site says otherwise."""


class Site(Base):
    """A clinic: its public name, its hours, and what people are told when nobody is on call.

    ``comfort_phone`` is the number of the hospice or home team, for people whose care is about comfort.
    ``default_goals`` stand in, by symptom code, until a person has set their own; empty means the shipped ones.
    ``alert_budget`` is how many red and amber alerts a nurse is given in a day, before a program may be published.
    """

    __tablename__ = "site"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    public_name: Mapped[str] = mapped_column(String(80))
    time_zone: Mapped[str] = mapped_column(String(64))
    region: Mapped[str] = mapped_column(String(2))
    language: Mapped[str] = mapped_column(String(12))
    clinic_hours: Mapped[dict[str, Any]]
    after_hours_phone: Mapped[str] = mapped_column(String(20))
    emergency_number: Mapped[str] = mapped_column(String(20))
    fallback_name: Mapped[str] = mapped_column(String(80))
    fallback_phone: Mapped[str] = mapped_column(String(20))
    comfort_phone: Mapped[str | None] = mapped_column(String(20))
    senders: Mapped[list[Any]]
    default_goals: Mapped[dict[str, Any] | None]
    alert_budget: Mapped[float] = mapped_column(default=DEFAULT_ALERT_BUDGET, server_default=str(DEFAULT_ALERT_BUDGET))
    spread_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    is_default: Mapped[bool]
    alert_counter: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Practitioner(Base):
    """A member of staff. May belong to several sites, with one role in each (``Membership``)."""

    __tablename__ = "practitioner"
    __table_args__ = (Index("ix_practitioner_phone_index", "phone_index"),)

    _name: Mapped[bytes] = mapped_column("name", Encrypted)
    name = encrypted("_name")
    _email: Mapped[bytes] = mapped_column("email", Encrypted)
    email = encrypted("_email")
    email_index: Mapped[str] = mapped_column(String(32), unique=True)
    _phone: Mapped[bytes | None] = mapped_column("phone", Encrypted)
    phone = encrypted("_phone")
    phone_index: Mapped[str | None] = mapped_column(String(32))
    phone_status: Mapped[str] = mapped_column(String(12), default="active")
    time_zone: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool]
    created_at: Mapped[datetime]


class Membership(SiteOwned, Base):
    """What a practitioner is at one site."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("practitioner_id", "site_id"),)

    practitioner_id: Mapped[str] = mapped_column(ForeignKey("practitioner.id"))
    role: Mapped[str] = mapped_column(String(20))


class StaffSession(SiteOwned, Base):
    """One signed-in browser; the cookie holds the secret whose hash is ``token_hash``."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    practitioner_id: Mapped[str] = mapped_column(ForeignKey("practitioner.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInFailure(Base):
    """A failed sign-in, counted to slow down guessing. Rows of unknown addresses look like any other."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_email_index_at", "email_index", "at"),)

    email_index: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class ApiToken(SiteOwned, Base):
    """A program that may call the API for one site; shown once, stored hashed."""

    __tablename__ = "api_token"

    name: Mapped[str] = mapped_column(String(80))
    scope: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class IdempotentAnswer(SiteOwned, Base):
    """The first answer to a writing API call with an ``Idempotency-Key``, given again when the call is repeated."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    token_id: Mapped[str] = mapped_column(ForeignKey("api_token.id"))
    key: Mapped[str] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    _body: Mapped[bytes | None] = mapped_column("body", Encrypted)
    body = encrypted("_body")
    created_at: Mapped[datetime]
