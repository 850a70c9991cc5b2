"""Add members of staff, set their passwords, and take their access away."""

from dataclasses import dataclass

from argon2 import PasswordHasher

from app.audit import store as audit
from app.db import Session, all_sites, keyring_of, narrow, site_scope
from app.errors import Conflict, NotFound, Rejected
from app.keyring import PHONE, fold
from app.patients.contact_point import normalize_phone
from app.staff import store as staff
from app.staff.models import Membership, Practitioner
from app.staff.roles import Role
from app.workflows.service import Service
from app.workflows.staff_phone import leave_alerts
from app.zones import zone

_SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 200
HASHER = PasswordHasher()
"""Argon2id with the library's defaults: RFC 9106's low-memory profile, about 0.2 s and 64 MiB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDetails:
    """A member of staff as given by whoever adds them."""

    name: str
    email: str
    role: str
    phone: str | None = None
    time_zone: str | None = None
    language: str = "en"
    password: str | None = None


def add_staff(service: Service, *, site_id: str, details: StaffDetails, agent: str) -> str:
    """Add a member of staff to a site; returns their id.

    Raises ``Rejected`` naming each wrong field, ``Conflict`` when the e-mail address is taken at this site. Somebody
    who already works at another site gains this one; their name and number stay as they are.
    """
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        site = staff.get_site(session, site_id=site_id)
        phone = check_staff(details, site.region, service.renderer.languages)
        person = staff.find_practitioner_by_email(session, email=details.email)
        if person is None:
            keyring = keyring_of(session)
            person = Practitioner(
                name=details.name.strip(), email=details.email.strip(),
                email_index=keyring.index(staff.EMAIL, fold(details.email)),
                phone=phone, phone_index=keyring.index(PHONE, phone) if phone else None, phone_status="active",
                time_zone=details.time_zone, language=details.language,
                password_hash=HASHER.hash(details.password) if details.password else None,
                active=True, created_at=now,
            )  # fmt: skip
            session.add(person)
            session.flush()
        elif staff.find_membership(session, practitioner_id=person.id, site_id=site_id):
            raise Conflict("somebody at this site has this e-mail address already")
        narrow(session, site_id)
        session.add(Membership(site_id=site_id, practitioner_id=person.id, role=details.role))
        audit.record(
            session, agent=agent, action="add", entity="practitioner", entity_id=person.id, now=now, role=details.role
        )
        return person.id


def set_password(service: Service, *, site_id: str, email: str, password: str, agent: str) -> None:
    """Give a member of staff a new password and sign them out everywhere."""
    problems = password_problems(password)
    if problems:
        raise Rejected({"password": problems})
    with service.db.transaction(all_sites()) as session:
        person = _member(session, site_id, email)
        person.password_hash = HASHER.hash(password)
        staff.end_sessions(session, practitioner_id=person.id, now=service.clock.now())
        _note(service, session, site_id, person.id, "set_password", agent)


def disable_staff(service: Service, *, site_id: str, email: str, agent: str) -> None:
    """Take a member of staff's access away at once, everywhere; somebody else is called for the alerts they had."""
    with service.db.transaction(all_sites()) as session:
        person = _member(session, site_id, email)
        person.active = False
        staff.end_sessions(session, practitioner_id=person.id, now=service.clock.now())
        session.flush()
        leave_alerts(service, session, person)
        _note(service, session, site_id, person.id, "disable", agent)


def check_staff(details: StaffDetails, region: str, languages: tuple[str, ...]) -> str | None:
    """Check what was given; returns the number in full. Raises ``Rejected`` naming each wrong field."""
    problems: dict[str, list[str]] = {}
    if not details.name.strip() or len(details.name) > 80:
        problems["name"] = ["A name of 1 to 80 characters is needed."]
    local, _, domain = details.email.strip().rpartition("@")
    if not local or "." not in domain or len(details.email) > 200:
        problems["email"] = ["This is not an e-mail address."]
    if details.role not in list(Role):
        problems["role"] = [f"must be one of {', '.join(Role)}."]
    if details.language not in languages:
        problems["language"] = [f"must be one of {', '.join(languages)}."]
    if details.password is not None and (wrong := password_problems(details.password)):
        problems["password"] = wrong
    if details.time_zone is not None:
        try:
            zone(details.time_zone)
        except ValueError as error:
            problems["time_zone"] = [str(error)]
    phone = None
    if details.phone:
        try:
            phone = normalize_phone(details.phone, region)
        except Rejected as error:
            problems["phone"] = [str(error)]
    if problems:
        raise Rejected(problems)
    return phone


def password_problems(password: str) -> list[str]:
    """What is wrong with a password, in sentences; empty when it will do."""
    if len(password) < _SHORTEST_PASSWORD:
        return [f"A password has at least {_SHORTEST_PASSWORD} characters; a few words together are good."]
    if len(password) > _LONGEST_PASSWORD:
        return [f"A password has at most {_LONGEST_PASSWORD} characters."]
    return []


def list_staff(service: Service, *, site_id: str) -> list[tuple[str, str, str, str]]:
    """Active members of staff of a site: id, name, e-mail, role."""
    with service.db.reading(site_scope(site_id)) as session:
        rows = staff.list_members(session, site_id=site_id)
        return [(person.id, person.name, person.email, role) for person, role in rows]


def _member(session: Session, site_id: str, email: str) -> Practitioner:
    person = staff.find_practitioner_by_email(session, email=email)
    if person is None or not staff.find_membership(session, practitioner_id=person.id, site_id=site_id):
        raise NotFound("nobody at this site has this e-mail address")
    return person


def _note(service: Service, session: Session, site_id: str, person_id: str, action: str, agent: str) -> None:
    narrow(session, site_id)
    audit.record(
        session, agent=agent, action=action, entity="practitioner", entity_id=person_id, now=service.clock.now()
    )
