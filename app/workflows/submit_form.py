"""The check-in form behind a link: the same questions and rules as by text, one question a page."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.alerts.store import alerts
from app.checkins.models import Checkin, FormLink
from app.checkins.store import checkins
from app.codes import Channel, Respondent, Tier
from app.db import Session, all_sites, narrow, retry_on_conflict
from app.errors import Conflict, NotFound, Rejected
from app.patients import store as patients
from app.plain_text import storable
from app.questionnaires.dates import read_date
from app.questionnaires.definition import Item, ItemType, Questionnaire
from app.questionnaires.engine import Given, enabled_items, is_complete
from app.staff import store as staff
from app.staff.models import Site
from app.workflows import wording
from app.workflows.answer_question import Dialogue, answer_question, complete_checkin, judge_dialogue, load_dialogue
from app.workflows.ask import CRISIS_LINES, SELF_HARM_FLAGS
from app.workflows.concern import Concern
from app.workflows.on_call import contact_by, is_on_shift
from app.workflows.person import Person, load_person
from app.workflows.raise_alerts import raise_concern
from app.workflows.reconfirm_numbers import confirm_number
from app.workflows.service import Service

_TRIES = 5
_PAUSE = timedelta(minutes=15)
_A_DAY = timedelta(days=1)
_LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a form page may show to somebody who passed the second fact.

    ``given`` holds the answers so far. ``about_name`` is the patient that a helper is asked about, ``hidden_from`` the
    one who does not see what a helper says of themselves. ``said`` repeats, in sentences, the answers that the care
    team is told of, the most urgent first. ``urgent`` is set once something needs a person now; ``call_by`` is then a
    local time, only if a shift covers it, and ``on_shift`` whether a nurse is there at least now. ``site_words`` are
    clinic, readers, after_hours_phone (E.164), emergency_number, region (ISO 3166), and comfort_phone (E.164): the
    number of their own team for somebody whose care is about comfort, else empty.
    """

    questionnaire: Questionnaire
    items: tuple[Item, ...]
    given: Mapping[str, Given]
    language: str
    about_name: str | None
    hidden_from: str | None
    finished: bool
    said: tuple[str, ...]
    tier: Tier | None
    urgent: bool
    call_by: str | None
    on_shift: bool
    crisis_line: str | None
    site_words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Threshold:
    """What may be shown before the second fact: the clinic, the language, and which fact is asked for."""

    clinic: str
    language: str
    fact: str
    paused: bool


def look_at_link(service: Service, token: str) -> Threshold:
    """What the first page of a link may say; changes nothing. Raises ``NotFound`` for a bad, expired or used link."""
    with service.db.reading(all_sites()) as session:
        link, person, _checkin, site = _open(service, session, token)
        fact = person.related.second_fact_kind or "pin" if person.related else "year"
        paused = link.paused_until is not None and link.paused_until > service.clock.now()
        return Threshold(site.public_name, person.language, fact, paused)


def check_second_fact(service: Service, token: str, fact: str) -> bool:
    """Tell whether somebody knows what the person knows: the patient's birth year, or the helper's own fact.

    Five failures pause the link for 15 minutes and tell the care team. Raises ``NotFound``, ``Conflict`` while paused.
    """
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        link, person, _checkin, site = _open(service, session, token)
        checkins.lock_link(session, link=link)
        narrow(session, site.id)
        if link.paused_until is not None and link.paused_until > now:
            raise Conflict("Too many tries. Please wait 15 minutes, or call the clinic.")
        expected = person.related.second_fact if person.related else person.patient.birth_date[:4]
        given = "".join(str(int(c)) if c.isdigit() else c for c in fact.strip()[:20])
        if expected and hmac.compare_digest(given.encode(), expected.encode()):
            link.failures, link.paused_until = 0, None
            _note_reached(service, session, person)
            return True
        link.failures += 1
        if link.failures >= _TRIES:
            link.failures, link.paused_until = 0, now + _PAUSE
            patients.lock_patient(session, patient_id=person.patient.id)
            raise_concern(
                service, session,
                Concern(
                    kind="contact", subject=f"link:{person.key}", tier="watch", patient=person.patient,
                    reason="A check-in link was opened five times with a wrong answer to the security question.",
                ),
            )  # fmt: skip
        return False


def _note_reached(service: Service, session: Session, person: Person) -> None:
    """Whoever opens the link of a text and knows the fact has the telephone that it went to."""
    now = service.clock.now()
    contact = patients.find_contact_point(session, patient_id=person.patient.id, related_person_id=person.related_id)
    if contact is not None and (contact.heard_from_at is None or now - contact.heard_from_at > _A_DAY):
        patients.lock_patient(session, patient_id=person.patient.id)
        contact.heard_from_at = now
        confirm_number(service, session, contact, now)


def read_form(service: Service, token: str) -> Form:
    """The form as it stands, for somebody who passed the second fact. Raises ``NotFound``."""
    with service.db.reading(all_sites()) as session:
        _link, person, checkin, site = _open(service, session, token, closed_too=True)
        narrow(session, site.id)
        return _form(service, session, site, load_dialogue(session, person, checkin))


def save_answer(service: Service, token: str, link_id: str, value: str | None) -> Form:
    """Save one answer and judge it at once; ``None`` skips the question. Saying the same twice changes nothing.

    Raises ``NotFound``, ``Conflict`` once the check-in is finished, ``Rejected`` when the value is none that the
    question takes.
    """

    def save(session: Session, dialogue: Dialogue, _site: Site) -> None:
        item = _find_item(dialogue.questionnaire, link_id)
        given = Given(skipped=True) if value is None else read_value(item, value)
        if dialogue.given.get(link_id) == given:
            return
        texts = [given.text] if given.text else []
        findings = answer_question(
            service, session, dialogue, {link_id: given}, channel=Channel.WEB, texts=texts, finish=False
        )
        red = {finding.subject for finding in findings if finding.tier is Tier.RED}
        dialogue.checkin.told_subjects = sorted({*dialogue.checkin.told_subjects, *red})

    return change_form(service, token, save)


def submit_form(service: Service, token: str) -> Form:
    """Finish the check-in: every rule runs. Finishing twice is one result. Raises ``NotFound``, ``Rejected``."""

    def finish(session: Session, dialogue: Dialogue, _site: Site) -> None:
        if not dialogue.answers or not is_complete(dialogue.questionnaire, dialogue.given):
            raise Rejected("There are questions left to answer or skip.")
        complete_checkin(session, dialogue, service.clock.now())
        session.flush()
        judge_dialogue(service, session, dialogue, completed=True)

    return change_form(service, token, finish, finishing=True)


def read_value(item: Item, raw: str) -> Given:
    """Read a form or API value for an item; raises ``Rejected`` saying what it takes."""
    if item.type is ItemType.TEXT:
        words = storable(raw).strip()
        if len(words) > _LONGEST_TEXT:
            raise Rejected({item.link_id: [f"has at most {_LONGEST_TEXT} characters."]})
        return Given(text=words) if words else Given(skipped=True)
    if item.type is ItemType.DATE:
        day = read_date(raw[:_LONGEST_TEXT], "en")
        if day is None:
            raise Rejected({item.link_id: ["must be a day such as 2026-11-30."]})
        return Given(text=day.isoformat())
    try:
        number = float(raw)
    except ValueError:
        number = float("nan")
    low, high = item.low, item.high
    fits = (low is None or number >= low) and (high is None or number <= high) and number == number
    if item.type is ItemType.CHOICE:
        fits = number in {option.value for option in item.options}
    if item.whole or item.type is ItemType.SCALE:
        fits = fits and number == int(number)
    if not fits or abs(number) > 1e9:
        bounds = f" from {low:g} to {high:g}" if low is not None and high is not None else ""
        raise Rejected({item.link_id: [f"must be a number{bounds}."]})
    return Given(value=number)


@retry_on_conflict
def change_form(
    service: Service, token: str, act: Callable[[Session, Dialogue, Site], None], *, finishing: bool = False
) -> Form:
    """Act on the check-in behind a link, with its patient locked; ``finishing`` once more is no error."""
    with service.db.transaction(all_sites()) as session:
        _link, person, checkin, site = _open(service, session, token, closed_too=finishing)
        narrow(session, site.id)
        patients.lock_patient(session, patient_id=person.patient.id)
        dialogue = load_dialogue(session, person, checkins.lock_checkin(session, checkin_id=checkin.id))
        if checkin.status != "completed":
            act(session, dialogue, site)
            session.flush()
        elif not finishing:
            raise Conflict("This check-in is finished already.")
        return _form(service, session, site, dialogue)


def _open(
    service: Service, session: Session, token: str, *, closed_too: bool = False
) -> tuple[FormLink, Person, Checkin, Site]:
    """The link and what hangs on it. A link is used up only when its check-in is closed by answering it."""
    link = checkins.find_link(session, token=token)
    if link is None or link.expires_at <= service.clock.now():
        raise NotFound("this link cannot be used")
    checkin = checkins.get_checkin(session, checkin_id=link.checkin_id)
    used = checkin.status == "cancelled" or (checkin.status == "completed" and not closed_too)
    if used:
        raise NotFound("this link cannot be used")
    patient = patients.get_patient(session, patient_id=checkin.patient_id)
    person = load_person(session, patient=patient, related_person_id=checkin.related_person_id)
    return link, person, checkin, staff.get_site(session, site_id=checkin.site_id)


def _form(service: Service, session: Session, site: Site, dialogue: Dialogue) -> Form:
    given, person = dialogue.given, dialogue.person
    tier = dialogue.worst_tier
    since = alerts.red_since(session, patient_id=person.patient.id) if tier is Tier.RED else None
    now, intent = service.clock.now(), person.patient.intent
    by = contact_by(session, now, since=since, intent=intent)
    comfort = wording.comfort(site, intent)
    flags = {subject.removeprefix("words:") for subject in dialogue.checkin.told_subjects}
    return Form(
        questionnaire=dialogue.questionnaire,
        items=tuple(enabled_items(dialogue.questionnaire, given)),
        given=given,
        language=person.language,
        about_name=person.patient.given_name if dialogue.respondent is Respondent.PROXY else None,
        hidden_from=person.patient.given_name if dialogue.respondent is Respondent.CAREGIVER else None,
        finished=dialogue.checkin.status == "completed",
        said=_said(dialogue),
        tier=tier,
        urgent=tier is Tier.RED,
        call_by=wording.local_time(by, person.patient.time_zone) if by and tier is Tier.RED else None,
        on_shift=tier is Tier.RED and is_on_shift(session, now, intent=intent),
        crisis_line=CRISIS_LINES.get(site.region) if flags & SELF_HARM_FLAGS else None,
        site_words={
            "clinic": site.public_name,
            "readers": wording.readers(service, site, person.language, by_text=False),
            "after_hours_phone": site.after_hours_phone,
            "emergency_number": site.emergency_number,
            "region": site.region,
            "comfort_phone": (site.comfort_phone or "") if comfort else "",
        },
    )


def _said(dialogue: Dialogue) -> tuple[str, ...]:
    record = (dialogue.response.findings or ()) if dialogue.response is not None else ()
    calling = [found for found in record if not (found.get("held_back") or found.get("settled"))]
    told = [found for found in calling if found.get("said")]
    worst_first = sorted(told, key=lambda found: Tier(found["tier"]).rank)
    return tuple(dict.fromkeys(found["said"] for found in worst_first if found["tier"] != Tier.WATCH))


def _find_item(questionnaire: Questionnaire, link_id: str) -> Item:
    try:
        return questionnaire.item(link_id)
    except KeyError:
        raise NotFound("there is no such question") from None
