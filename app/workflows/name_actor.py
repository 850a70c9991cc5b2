"""Find the member of staff in whose name a program acts: an acknowledgement names a person, never a program."""

from app.db import Session, site_scope
from app.errors import Rejected
from app.escalation.oncall import ShiftRole, who
from app.staff import store as staff
from app.workflows.on_call import load_shifts
from app.workflows.service import Service


def find_actor(service: Service, *, site_id: str, named: str) -> str:
    """The id of an active member of the site, named by id or e-mail address.

    Raises ``Rejected`` naming ``staff`` when there is none.
    """
    with service.db.reading(site_scope(site_id)) as session:
        members = {person.id for person, _ in staff.list_members(session, site_id=site_id)}
        if named in members:
            return named
        person = staff.find_practitioner_by_email(session, email=named)
        if person is None or person.id not in members:
            raise Rejected({"staff": ["is no active member of staff of this site."]})
        return person.id


def find_only_on_call(service: Service, *, site_id: str) -> str:
    """The id of the one person who is on call at the site now.

    Raises ``Rejected`` naming ``staff`` when nobody is, or more than one: then the caller has to say who acts.
    """
    now = service.clock.now()
    with service.db.reading(site_scope(site_id)) as session:
        on_call = _active(session, site_id, who(load_shifts(session, now), ShiftRole.ON_CALL, now))
    if len(on_call) != 1:
        found = "nobody is" if not on_call else "more than one person is"
        raise Rejected({"staff": [f"is needed, because {found} on call now: the id or e-mail address of who acts."]})
    return on_call[0]


def _active(session: Session, site_id: str, ids: tuple[str, ...]) -> list[str]:
    members = {person.id for person, _ in staff.list_members(session, site_id=site_id)}
    return [id for id in ids if id in members]
