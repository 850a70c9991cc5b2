"""Sign staff in and out, and recognise a signed-in browser."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from argon2.exceptions import InvalidHashError, VerificationError

from app.audit import store as audit
from app.db import Session, all_sites, keyring_of, narrow
from app.errors import Rejected, Unavailable
from app.ids import new_token
from app.keyring import fold, hash_token
from app.staff import store as staff
from app.staff.models import Practitioner, SignInFailure, StaffSession
from app.workflows.manage_staff import HASHER
from app.workflows.service import Service

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
_LOCKED_AFTER = 10
_LOCK_WINDOW = timedelta(minutes=15)
_STAMP_EVERY = timedelta(minutes=1)
# Argon2 takes 64 MiB a time: a burst of guesses must not take the machine's memory from the webhooks.
_AT_ONCE = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 5
_WRONG = "The e-mail address or the password is not right."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff in one browser, at one site."""

    practitioner_id: str
    name: str
    role: str
    site_id: str
    site_name: str
    time_zone: str
    session_id: str

    @property
    def agent(self) -> str:
        """How audit events name them."""
        return f"practitioner:{self.practitioner_id}"


def sign_in(service: Service, *, email: str, password: str, site_code: str | None = None) -> str:
    """Check a password and open a session; returns the secret for the cookie.

    Raises ``Rejected`` with the same words whether the address is unknown, the password wrong, the account disabled
    or too many attempts failed; ``Unavailable`` when too many people sign in at once.
    """
    person, index = _known(service, email, password)
    with service.db.transaction(all_sites()) as session:
        if person is None:
            session.add(SignInFailure(email_index=index, at=service.clock.now()))
            token = None
        else:
            staff.clear_failures(session, email_index=index)
            token = _open_session(service, session, person.id, site_code)
    if token is None:
        raise Rejected(_WRONG)
    return token


def prove_who(service: Service, *, email: str, password: str) -> str:
    """Check a password without opening a session; returns the practitioner's id.

    Raises ``Rejected`` and counts the failure as ``sign_in`` does, ``Unavailable`` when too many sign in at once.
    """
    person, index = _known(service, email, password)
    with service.db.transaction(all_sites()) as session:
        if person is None:
            session.add(SignInFailure(email_index=index, at=service.clock.now()))
        else:
            staff.clear_failures(session, email_index=index)
    if person is None:
        raise Rejected(_WRONG)
    return person.id


def _known(service: Service, email: str, password: str) -> tuple[Practitioner | None, str]:
    """Who has this address and password, and may sign in; and the look-up hash of the address."""
    now = service.clock.now()
    with service.db.reading(all_sites()) as session:
        index = keyring_of(session).index(staff.EMAIL, fold(email))
        person = staff.find_practitioner_by_email(session, email=email)
        locked = staff.count_failures(session, email_index=index, since=now - _LOCK_WINDOW) >= _LOCKED_AFTER
        stored = person.password_hash if person and person.active and person.password_hash else None
    good = _verify(stored or _nobody(), password) and stored is not None and not locked
    return (person if good else None), index


def find_signed_in(service: Service, token: str, *, there: bool = True) -> SignedIn | None:
    """Who holds this cookie; ``None`` once signed out, idle for 15 minutes, 12 hours old, or disabled.

    ``there`` tells that a person asked, and not a page that refreshes itself: only that keeps a session alive.
    """
    now = service.clock.now()
    with service.db.reading(all_sites()) as session:
        row = staff.find_session(session, token=token)
        if row is None or row.ended_at or now - row.last_seen_at > IDLE or now - row.created_at > ABSOLUTE:
            return None
        person = staff.get_practitioner(session, practitioner_id=row.practitioner_id)
        membership = staff.find_membership(session, practitioner_id=person.id, site_id=row.site_id)
        if not person.active or membership is None:
            return None
        site = staff.get_site(session, site_id=row.site_id)
        found = SignedIn(
            person.id,
            person.name,
            membership.role,
            site.id,
            site.public_name,
            person.time_zone or site.time_zone,
            row.id,
        )
        stale = there and now - row.last_seen_at > _STAMP_EVERY
    if stale:
        touch_session(service, token)
    return found


def touch_session(service: Service, token: str) -> None:
    """Note that the holder of a session is there."""
    with service.db.transaction(all_sites()) as session:
        row = staff.find_session(session, token=token)
        if row is not None:
            row.last_seen_at = service.clock.now()


def sign_out(service: Service, token: str) -> None:
    """End a session."""
    with service.db.transaction(all_sites()) as session:
        row = staff.find_session(session, token=token)
        if row is not None:
            row.ended_at = service.clock.now()


@cache
def _nobody() -> str:
    """The hash of nobody's password, so that an unknown address takes as long as a wrong password."""
    return HASHER.hash("nobody")


def _verify(stored: str, password: str) -> bool:
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable("Too many people are signing in; try again in a moment.")
    try:
        return HASHER.verify(stored, password[:200])
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _AT_ONCE.release()


def _open_session(service: Service, session: Session, practitioner_id: str, site_code: str | None) -> str | None:
    now, token = service.clock.now(), new_token()
    person: Practitioner = staff.get_practitioner(session, practitioner_id=practitioner_id)
    sites = [m.site_id for m in staff.list_memberships(session, practitioner_id=person.id)]
    if site_code:
        site = staff.find_site(session, code=site_code)
        sites = [s for s in sites if site is not None and s == site.id]
    if not sites:
        return None
    narrow(session, sites[0])
    row = StaffSession(
        practitioner_id=person.id, token_hash=hash_token(token), created_at=now, last_seen_at=now, ended_at=None
    )
    session.add(row)
    audit.record(
        session, agent=f"practitioner:{person.id}", action="sign_in", entity="staff_session", entity_id=row.id, now=now
    )
    return token
