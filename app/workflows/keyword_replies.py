"""What follows a text that is nothing but a keyword. STOP and START are in ``change_consent``."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from app.alerts.red_flags import find
from app.audit import store as audit
from app.checkins.store import checkins
from app.checkins.timing import defer_for_quiet_hours
from app.messaging.delivery import MessageKind
from app.messaging.keywords import Keyword, language_named
from app.messaging.store import outbox
from app.patients import store as patients
from app.patients.places import find_zone
from app.workflows import wording
from app.workflows.ask import ask_items, new_link
from app.workflows.change_zone import move_to_zone
from app.workflows.fewer_questions import ask_less
from app.workflows.plan_reassessment import cancel_reassessments
from app.workflows.queue_text import new_text
from app.workflows.read_answers import asked_items, group_before, read
from app.workflows.side_question import WHERE, ask_beside, find_question
from app.workflows.team_message import tell_team
from app.workflows.turn import Turn

_LATER_BY = timedelta(hours=2)
_PAUSE = timedelta(hours=24)
_LONGEST_PLACE = 5
"""In words: what is longer is no name of a city."""


def help_(turn: Turn) -> str:
    """HELP: who we are, who reads, whom to call."""
    safety = turn.safety()
    turn.say(turn.words("help", clinic=turn.site.public_name, readers=turn.readers(), **safety), passive=True)
    return "help"


def link(turn: Turn) -> str:
    """LINK: a fresh address of the open check-in, else of the form that asks what would be comfortable."""
    open_one = turn.checkin
    if open_one is None and turn.person.related is None:
        open_one = checkins.find_open_aside(turn.session, patient_id=turn.person.patient.id)
    if open_one is None or open_one.window_ends_at <= turn.now:
        return nothing_open(turn)
    turn.say(turn.words("link", link=new_link(turn.service, turn.session, open_one)))
    return "link"


def later(turn: Turn) -> str:
    """LATER: one reminder in two hours, or in the morning, if the check-in is open until then."""
    if turn.checkin is None:
        return nothing_open(turn)
    zone = turn.person.patient.time_zone
    at, ends = defer_for_quiet_hours(turn.now + _LATER_BY, zone), turn.checkin.window_ends_at
    if at >= ends:
        until = wording.local_time(ends, zone)
        turn.say(turn.words("open_until", time=until, link=new_link(turn.service, turn.session, turn.checkin)))
        return "later"
    turn.checkin.next_action_at = at
    outbox.cancel_waiting(turn.session, checkin_id=turn.checkin.id, kind=MessageKind.REMINDER)
    turn.say(turn.words("later", time=wording.local_time(at, zone)))
    return "later"


def back(turn: Turn) -> str:
    """BACK: ask once more what was answered last; the old answer stands until there is a new one."""
    dialogue = turn.dialogue()
    if dialogue is None:
        return nothing_open(turn)
    dialogue.checkin.misunderstood = 0
    turn.say(ask_items(turn.service, dialogue, group_before(dialogue) or asked_items(dialogue)))
    return "back"


def pause(turn: Turn) -> str:
    """PAUSE: a day without questions; the team is told, and nothing that happens meanwhile counts as silence."""
    until, person = turn.now + _PAUSE, turn.person
    for contact in patients.list_contact_points_of(
        turn.session, patient_id=person.patient.id, related_person_id=person.related_id
    ):
        contact.paused_until = until
    who = "The caregiver" if person.related else "The patient"
    tell_team(
        turn.service, turn.session, person, turn.inbound, f"{who} asked to be asked nothing for 24 hours.",
        subject=f"pause:{person.key}",
    )  # fmt: skip
    turn.say(turn.words("paused", clinic=turn.site.public_name, **turn.safety()))
    return "pause"


def respite(turn: Turn) -> str:
    """RESPITE: whoever cares for somebody needs a break."""
    who = "The caregiver" if turn.person.related else "The patient"
    tell_team(
        turn.service, turn.session, turn.person, turn.inbound, f"{who} asks for a break (respite).", kind="respite",
        subject=f"respite:{turn.person.key}", tier="amber",
    )  # fmt: skip
    turn.say(turn.words("respite", readers=turn.readers()))
    return "respite"


def wrong_number(turn: Turn) -> str:
    """WRONG: the number is somebody else's. Nothing more goes there but one apology, which names nobody."""
    person, session = turn.person, turn.session
    whose = "the caregiver" if person.related else "the patient"
    outbox.cancel_waiting(session, patient_id=person.patient.id, related_person_id=person.related_id)
    checkins.cancel_open_checkins(
        session, patient_id=person.patient.id, related_person_id=person.related_id, now=turn.now
    )
    cancel_reassessments(
        session, patient_id=person.patient.id, related_person_id=person.related_id, now=turn.now,
        why="the number is somebody else's",
    )  # fmt: skip
    if person.contact is not None:
        patients.set_contact_status(session, contact_point=person.contact, status="wrong")
    tell_team(
        turn.service, session, person, turn.inbound,
        f"Somebody answered that this number is not {whose}'s. It is not texted any more, and they are not asked. "
        "Please find the right number.",
        kind="contact", subject=f"contact:{person.key}", tier="amber",
    )  # fmt: skip
    audit.record(
        session, agent=person.agent, action="wrong_number", entity="patient", entity_id=person.patient.id, now=turn.now
    )
    if not turn.silent:
        session.add(
            new_text(
                session, site_id=turn.site.id, kind=MessageKind.CONFIRMATION, phone=turn.inbound.sender,
                body=turn.words("wrong_number"), key=f"reply:{turn.inbound.id}", now=turn.now,
            )
        )  # fmt: skip
    return "wrong_number"


def travel(turn: Turn) -> str:
    """TRAVEL: ask where they are. Of a caregiver's journey only the team is told: the patient's clock stays."""
    if turn.person.related is not None:
        return _nurse_sets_zone(turn, "The caregiver is travelling.")
    ask_beside(turn.session, turn.inbound, WHERE)
    turn.say(turn.words("where_are_you"))
    return "travel"


def place(turn: Turn) -> str | None:
    """The answer to "where are you": from the next slot on, the person is asked by the clock there.

    ``None`` where nothing was asked, or the text does not read like the name of a place.
    """
    text = turn.inbound.body.strip()
    found = find_zone(text)
    if found is None and (len(text.split()) > _LONGEST_PLACE or any(c.isdigit() for c in text)):
        return None
    question = find_question(turn.session, turn.inbound, WHERE)
    if question is None or question.settled_at is not None or _means_something_else(turn):
        return None
    question.settled_at = turn.now
    if found is None:
        return _nurse_sets_zone(turn, f"The patient is travelling. They wrote where: {text}")
    zone, name = found
    move_to_zone(turn.session, turn.person.patient, zone, turn.now)
    audit.record(
        turn.session, agent=turn.person.agent, action="change", entity="patient", entity_id=turn.person.patient.id,
        now=turn.now, fields=["time_zone"],
    )  # fmt: skip
    _tell_of_journey(turn, f"The patient is travelling and is asked by the clocks of {zone} from now on.")
    turn.say(turn.words("zone_set", place=name))
    return "travel"


def language(turn: Turn) -> str:
    """The name of a language: from now on in that one; an open question is asked again in it."""
    named = language_named(turn.inbound.body)
    if named is None or named not in turn.service.renderer.languages:
        return nothing_open(turn)
    speaker = turn.person.related or turn.person.patient
    speaker.language = named
    audit.record(
        turn.session, agent=turn.person.agent, action="change", entity="patient", entity_id=turn.person.patient.id,
        now=turn.now, fields=["language"],
    )  # fmt: skip
    dialogue = turn.dialogue()
    items = asked_items(dialogue) if dialogue is not None else []
    again = ask_items(turn.service, dialogue, items) if dialogue is not None and items else ""
    turn.say(turn.words("language_set"), again)
    return "language"


def nothing_open(turn: Turn) -> str:
    """A word that belongs to a check-in, when none is open."""
    number = turn.safety()["emergency_number"]
    turn.say(turn.words("nothing_open", readers=turn.readers(), emergency_number=number), passive=True)
    return "nothing_open"


def _means_something_else(turn: Turn) -> bool:
    """Whether a text is an answer to the open question, or says that somebody needs help."""
    dialogue = turn.dialogue()
    answer = dialogue is not None and read(turn.inbound.body, asked_items(dialogue), turn.language)
    return bool(answer) or bool(find(turn.inbound.body, turn.language))


def _nurse_sets_zone(turn: Turn, reason: str) -> str:
    _tell_of_journey(turn, f"{reason} Please set the time zone.")
    turn.say(turn.words("zone_unclear"))
    return "travel"


def _tell_of_journey(turn: Turn, reason: str) -> None:
    # The numbers to call, the emergency one too, are those of home.
    tell_team(turn.service, turn.session, turn.person, turn.inbound, reason, subject=f"travel:{turn.person.key}")


REPLIES: Mapping[Keyword, Callable[[Turn], str]] = {
    Keyword.HELP: help_,
    Keyword.LINK: link,
    Keyword.LATER: later,
    Keyword.BACK: back,
    Keyword.TIRED: ask_less,
    Keyword.PAUSE: pause,
    Keyword.RESPITE: respite,
    Keyword.WRONG: wrong_number,
    Keyword.TRAVEL: travel,
    Keyword.LANGUAGE: language,
}
"""What follows each keyword; SKIP is an answer, STOP and START are about consent."""
