"""Whom check-ins are for and what their invitations say, looked up once for a whole batch of one site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from app.checkins.models import CheckinPlan
from app.checkins.plan import GOALS
from app.checkins.store import checkins
from app.codes import Channel
from app.db import Session, scope_of
from app.ids import new_token
from app.patients import store as patients
from app.patients.models import ContactPoint, Patient, RelatedPerson
from app.questionnaires.definition import Item
from app.questionnaires.engine import narrowed, next_items
from app.staff import store as staff
from app.staff.models import Site
from app.workflows import wording
from app.workflows.ask import form_url, link_values
from app.workflows.definitions import load_questionnaire
from app.workflows.person import Person
from app.workflows.service import Service
from app.zones import instant, wall_clock

_WEEK = timedelta(days=8)  # longer than since any Monday, in whatever zone
_LINK = "link-of-this-one"
_NEXT_DAY_AT = time(10)

Who = tuple[str, str | None]
"""A patient's id, and a helper's where it is the helper who is meant."""


@dataclass(frozen=True, slots=True)
class Invitees:
    """Everybody whom some plans of one site are for; ``load`` asks as many queries for one plan as for hundreds."""

    site: Site
    patients: dict[str, Patient]
    related: dict[str, RelatedPerson]
    contacts: dict[Who, ContactPoint]
    agreed: frozenset[tuple[str | None, str | None]]
    paused: Mapping[tuple[str | None, str | None], datetime]
    last_issued: dict[Who, datetime]
    busy: set[Who]

    @classmethod
    def load(cls, session: Session, plans: Sequence[CheckinPlan], now: datetime) -> "Invitees":
        """Look everybody up; the session is confined to the plans' site."""
        ids = {plan.patient_id for plan in plans}
        helpers = {plan.related_person_id for plan in plans if plan.related_person_id is not None}
        textable = patients.list_textable(session, patient_ids=ids)
        return cls(
            site=staff.get_site(session, site_id=scope_of(session)),
            patients=patients.find_patients(session, patient_ids=ids),
            related=patients.find_related_persons(session, related_person_ids=helpers),
            contacts=patients.find_contact_points(session, patient_ids=ids),
            agreed=textable.agreed,
            paused=textable.paused,
            last_issued=checkins.last_issued(session, patient_ids=ids, since=now - _WEEK),
            busy=checkins.list_busy(session, patient_ids=ids, now=now),
        )

    def person(self, plan: CheckinPlan) -> Person:
        """Whom a plan asks."""
        related = self.related[plan.related_person_id] if plan.related_person_id is not None else None
        return Person(self.patients[plan.patient_id], related)

    def may_ask(self, person: Person) -> bool:
        """Whether they agreed to be texted, and have not stopped since."""
        return (person.patient.id, person.related_id) in self.agreed

    def paused_until(self, person: Person, now: datetime) -> datetime | None:
        """Until when they asked to be asked nothing, if that is still ahead."""
        until = self.paused.get((person.patient.id, person.related_id))
        return until if until is not None and until > now else None

    def asked_enough_until(self, person: Person, now: datetime) -> datetime | None:
        """Somebody who helps is not asked a second time on one day: until when the next one waits, if it does."""
        before = self.last_issued.get((person.patient.id, person.related_id))
        if person.related is None or before is None:
            return None
        today = wall_clock(now, person.patient.time_zone).date()
        if wall_clock(before, person.patient.time_zone).date() < today:
            return None
        return instant(datetime.combine(today + timedelta(days=1), _NEXT_DAY_AT), person.patient.time_zone)

    def begin(self, person: Person) -> bool:
        """Whether they can be asked now; they cannot while they answer another check-in. From now on they do."""
        who = (person.patient.id, person.related_id)
        free = who not in self.busy
        self.busy.add(who)
        return free

    def contact(self, person: Person) -> ContactPoint | None:
        """The number they are texted on."""
        return self.contacts.get((person.patient.id, person.related_id))

    def first_of_week(self, person: Person, now: datetime) -> bool:
        """Whether nothing was issued since Monday; from now on something was."""
        local = wall_clock(now, person.patient.time_zone)
        monday = now - timedelta(days=local.weekday(), hours=local.hour, minutes=local.minute)
        before = self.last_issued.get((person.patient.id, person.related_id))
        self.last_issued[person.patient.id, person.related_id] = now
        return before is None or before < monday


@dataclass(frozen=True, slots=True)
class Opening:
    """Another message than the usual one that opens a check-in, and what else it mentions."""

    message: str
    said: Mapping[str, str] = field(default_factory=dict)


class Invitations:
    """What invitations say, and the links in them. Those that differ only by their link are worded once.

    A check-in is given as its row's values: id, name, questionnaire_id, only, window_ends_at.
    """

    def __init__(self, service: Service, session: Session, invitees: Invitees, opening: Opening | None = None) -> None:
        self._service, self._session, self._invitees, self._opening = service, session, invitees, opening
        self._worded: dict[tuple[str, str, tuple[str, ...], str, bool, str | None], str] = {}
        self.links: list[dict[str, Any]] = []
        """The rows of the links that were handed out so far; whoever words invitations stores them."""

    def asked(self, person: Person, checkin: Mapping[str, Any]) -> list[str]:
        """The items that an invitation asks for: none where it only brings a link."""
        if person.related is not None or self._link_only(person, checkin["questionnaire_id"]):
            return []
        return [item.link_id for item in self._first_items(checkin)]

    def word(self, person: Person, checkin: Mapping[str, Any], now: datetime) -> str:
        """The invitation to one check-in, with a fresh link. In full, who reads and when, once a week."""
        token, language = new_token(), person.language
        link = form_url(self._service, token)
        self.links.append(link_values(token, checkin["id"], checkin["window_ends_at"], now))
        if person.related is not None and not self._unconfirmed(person):
            return self._to_helper(person, checkin, link)
        link_only = self._link_only(person, checkin["questionnaire_id"])
        questionnaire_id = "" if link_only else checkin["questionnaire_id"]
        name = "" if self._unconfirmed(person) else checkin["name"]
        first = self._invitees.first_of_week(person, now)
        intent = person.patient.intent
        key = (name, questionnaire_id, tuple(checkin["only"] or ()), language, first, intent)
        if key not in self._worded:
            said = self._said(_LINK, language, intent)
            self._worded[key] = self._word_once(checkin, name, said, language, link_only=link_only, first=first)
        return self._worded[key].replace(_LINK, link)

    def _to_helper(self, person: Person, checkin: Mapping[str, Any], link: str) -> str:
        """Only the first name that the patient chose; of the helper's own questions, that the patient sees nothing."""
        about = load_questionnaire(self._session, checkin["questionnaire_id"]).about
        usual = "caregiver_self" if about == "respondent" else "caregiver_invitation"
        opening = self._opening or Opening(usual)
        said = self._said(link, person.language, person.patient.intent) | {"name": person.patient.given_name}
        return self._service.renderer.render(opening.message, person.language, **said, **opening.said)

    def _link_only(self, person: Person, questionnaire_id: str) -> bool:
        if self._unconfirmed(person) or person.patient.preferred_channel == Channel.WEB:
            return True
        return load_questionnaire(self._session, questionnaire_id).by == "link"

    def _unconfirmed(self, person: Person) -> bool:
        """Whether nobody knows whose telephone it is by now: then a text holds no question and no name."""
        contact = self._invitees.contact(person)
        return contact is not None and contact.status == "unconfirmed"

    def _word_once(
        self,
        checkin: Mapping[str, Any],
        name: str,
        said: Mapping[str, str],
        language: str,
        *,
        link_only: bool,
        first: bool,
    ) -> str:
        renderer = self._service.renderer
        question = "" if link_only else self._question(checkin, language)
        if name == GOALS:
            clinic = {"clinic": said["clinic"], "emergency_number": said["emergency_number"]}
            return renderer.render("goals", language, question=question, link=_LINK, **clinic)
        if link_only:
            return renderer.render("link_invitation", language, **said)
        if self._opening is not None:
            return renderer.render(self._opening.message, language, question=question, **said, **self._opening.said)
        return renderer.render("invitation", language, question=question, first=first, **said)

    def _question(self, checkin: Mapping[str, Any], language: str) -> str:
        questionnaire = load_questionnaire(self._session, checkin["questionnaire_id"])
        return wording.question(self._service, questionnaire, self._first_items(checkin), language)

    def _first_items(self, checkin: Mapping[str, Any]) -> list[Item]:
        questionnaire = load_questionnaire(self._session, checkin["questionnaire_id"])
        return next_items(narrowed(questionnaire, checkin["only"]), {})

    def _said(self, link: str, language: str, intent: str | None) -> dict[str, str]:
        site = self._invitees.site
        return {
            "clinic": site.public_name,
            "link": link,
            "readers": wording.readers(self._service, site, language),
            "emergency_number": wording.emergency(site, intent),
        }
