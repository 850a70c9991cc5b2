"""Numbers change hands: who was not heard from for long is asked whether our texts still reach them.

Until somebody answers from it, texts to the number carry nothing personal; after three days without an answer the
team looks for another way.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from app.alerts.store import alerts
from app.checkins.timing import defer_for_quiet_hours
from app.db import Session, all_sites, narrow, retry_on_conflict, scope_of, site_scope
from app.logs import get_logger
from app.messaging.delivery import MessageKind
from app.messaging.store import outbox
from app.patients import store as patients
from app.patients.models import ContactPoint
from app.staff import store as staff
from app.workflows.concern import Concern
from app.workflows.person import Person
from app.workflows.queue_text import queue_many, text_values, to_person
from app.workflows.raise_alerts import raise_concern
from app.workflows.service import SYSTEM, Service

log = get_logger()

_SILENT_FOR = timedelta(days=30)
_ASKED_AT_MOST_EVERY = timedelta(days=30)
_ANSWERED_WITHIN = timedelta(days=3)
_BATCH = 250


def reconfirm_numbers(service: Service) -> int:
    """Ask about numbers that are in doubt, and tell the team of those that did not answer; returns how many.

    In doubt is a number that texts went to for 30 days without a word from it, and one that somebody marked as
    ``unconfirmed``. Each is asked once in 30 days. The number of statements grows with the clinics, not the people.
    What cannot be handled is logged, and holds nobody else up.
    """
    done = 0
    due = _find_doubtful(service)
    for start in range(0, len(due), _BATCH):
        done += _ask(service, due[start : start + _BATCH])
    for contact in _find_unanswered(service):
        done += _tell_team(service, contact)
    return done


def confirm_number(service: Service, session: Session, contact: ContactPoint, now: datetime) -> bool:
    """Note that its owner wrote from a number that was asked about; tells whether that was in doubt.

    The patient's row is locked and the session confined to their site. A number that was not asked yet stays in doubt:
    that somebody writes from it does not say who.
    """
    if contact.status != "unconfirmed" or contact.asked_again_at is None:
        return False
    patients.set_contact_status(session, contact_point=contact, status="active")
    open_ones = alerts.lock_open_alerts(session, patient_id=contact.patient_id, subjects=[_subject(contact)])
    for alert in open_ones.values():
        alerts.add_event(session, alert, at=now, type="note", agent=SYSTEM, detail="They answered: texts reach them.")
    return True


def _find_doubtful(service: Service) -> list[str]:
    """Ids of the numbers to ask about. Nothing is locked while the many that need no question are passed over."""
    now, after, due = service.clock.now(), "", []
    with service.db.reading(all_sites()) as session:
        while True:
            page = patients.list_doubtful(
                session, now=now, silent_since=now - _SILENT_FOR, asked_before=now - _ASKED_AT_MOST_EVERY,
                after=after, limit=2 * _BATCH,
            )  # fmt: skip
            in_use = outbox.list_texted(
                session, patient_ids={one.patient_id for one in page if one.silent}, since=now - _SILENT_FOR
            )
            due += [one.id for one in page if not one.silent or (one.patient_id, one.value_index) in in_use]
            if len(page) < 2 * _BATCH:
                return due
            after = page[-1].id


def _ask(service: Service, ids: Sequence[str]) -> int:
    """Ask a batch; when that fails, one by one, so that one that cannot be asked holds up no other."""
    try:
        return _ask_batch(service, ids)
    except Exception:
        log.error("numbers_not_asked", count=len(ids), exc_info=True)
    return sum(_ask(service, [contact_id]) for contact_id in ids) if len(ids) > 1 else 0


@retry_on_conflict
def _ask_batch(service: Service, ids: Sequence[str]) -> int:
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        found = patients.lease_contact_points(session, ids=ids, asked_before=now - _ASKED_AT_MOST_EVERY)
        for site_id, mine in groupby(found, attrgetter("site_id")):
            narrow(session, site_id)
            queue_many(session, list(_questions(service, session, list(mine), now)))
            session.flush()  # while the session is confined to this clinic
        return len(found)


def _questions(
    service: Service, session: Session, contacts: Sequence[ContactPoint], now: datetime
) -> Iterator[dict[str, Any]]:
    """Mark numbers of one clinic as asked; the texts that ask, one to each number however many people share it."""
    site = staff.get_site(session, site_id=scope_of(session))
    known = patients.find_patients(session, patient_ids={c.patient_id for c in contacts})
    helpers = patients.find_related_persons(
        session, related_person_ids={c.related_person_id for c in contacts if c.related_person_id}
    )
    asked: set[str] = set()
    for contact in contacts:
        contact.status, contact.asked_again_at = "unconfirmed", now
        if contact.value_index in asked:
            continue
        asked.add(contact.value_index)
        person = Person(known[contact.patient_id], helpers.get(contact.related_person_id or ""))
        not_before = defer_for_quiet_hours(now, person.patient.time_zone)
        yield text_values(
            session, kind=MessageKind.REMINDER, now=now, not_before=not_before,
            body=service.renderer.render("still_yours", person.language, clinic=site.public_name),
            key=f"still-yours:{contact.id}:{now:%Y%m%d}", expires_at=not_before + timedelta(days=1),
            **to_person(person, contact),
        )  # fmt: skip


def _find_unanswered(service: Service) -> list[ContactPoint]:
    """Numbers without an answer that the team does not know of yet."""
    latest = service.clock.now() - _ANSWERED_WITHIN
    with service.db.reading(all_sites()) as session:
        silent = list(patients.list_unanswered(session, asked_before=latest))
        known: dict[str, datetime | None] = {}
        for start in range(0, len(silent), 2 * _BATCH):
            some = silent[start : start + 2 * _BATCH]
            known |= alerts.latest_by_subject(
                session, patient_ids={c.patient_id for c in some}, subjects={_subject(c) for c in some}
            )
        return [contact for contact in silent if not _is_told(contact, known)]


def _is_told(contact: ContactPoint, known: dict[str, datetime | None]) -> bool:
    """Whether a task about this person's number is open, or was closed after the time for an answer was up."""
    assert contact.asked_again_at is not None
    if _subject(contact) not in known:
        return False
    closed_at = known[_subject(contact)]
    return closed_at is None or closed_at >= contact.asked_again_at + _ANSWERED_WITHIN


def _tell_team(service: Service, found: ContactPoint) -> int:
    """Raise the task for one number; returns 0 where it failed, or where an answer came just now."""
    try:
        with service.db.transaction(site_scope(found.site_id)) as session:
            patient = patients.lock_patient(session, patient_id=found.patient_id)
            contact = patients.get_contact_point(session, contact_point_id=found.id)
            if contact.status != "unconfirmed":
                return 0
            whose = "the caregiver's" if contact.related_person_id else "the patient's"
            reason = (
                f"We asked on {whose} number whether our texts still reach them, and nobody answered for 3 days. "
                "It may be somebody else's by now: please call and check. Until then texts say nothing personal."
            )
            concern = Concern(kind="contact", subject=_subject(contact), tier="amber", patient=patient, reason=reason)
            raise_concern(service, session, concern)
            return 1
    except Exception:
        log.error("number_not_told", id=found.id, exc_info=True)
        return 0


def _subject(contact: ContactPoint) -> str:
    """The one subject under which everything about reaching a person stands."""
    return f"contact:{contact.related_person_id or contact.patient_id}"
