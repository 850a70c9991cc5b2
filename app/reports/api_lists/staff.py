"""Members of staff of a site, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from app.db import Database, site_scope
from app.errors import NotFound
from app.reports.api_lists.paging import Page, Position, cut, newest_first
from app.tables import Membership, Practitioner


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff with their role at the site."""

    id: str
    name: str
    email: str
    phone: str | None
    role: str
    time_zone: str | None
    language: str
    active: bool
    created_at: datetime


def list_staff(db: Database, *, site_id: str, after: Position | None = None, limit: int = 50) -> Page[StaffRow]:
    """Members of staff of a site, also those whose access was taken away."""
    with db.reading(site_scope(site_id)) as session:
        statement = newest_first(_staff(site_id), Practitioner.created_at, Practitioner.id, after=after, limit=limit)
        rows = [_staff_row(person, role) for person, role in session.execute(statement)]
        return cut([(Position(row.created_at, row.id), row) for row in rows], limit)


def get_staff_row(db: Database, *, site_id: str, staff_id: str) -> StaffRow:
    """One member of staff of a site; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.execute(_staff(site_id).where(Practitioner.id == staff_id)).first()
        if found is None:
            raise NotFound("there is no such member of staff")
        return _staff_row(found[0], found[1])


def _staff(site_id: str) -> Select[Practitioner, str]:
    joined = select(Practitioner, Membership.role).join(Membership, Membership.practitioner_id == Practitioner.id)
    return joined.where(Membership.site_id == site_id)


def _staff_row(person: Practitioner, role: str) -> StaffRow:
    return StaffRow(
        person.id, person.name, person.email, person.phone or None, role, person.time_zone, person.language,
        person.active, person.created_at,
    )  # fmt: skip
