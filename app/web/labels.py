"""Codes as words for the care team."""

from collections.abc import Mapping

from app.patients.contact_point import show_phone

OUTCOMES = {
    "advised_self_care": "Advised self-care",
    "medication_changed": "Medication changed",
    "visit_arranged": "Visit arranged",
    "sent_to_emergency": "Sent to emergency care",
    "referred": "Referred",
    "expected_no_change": "Expected, no change needed",
    "admitted": "Admitted",
    "died": "Died",
    "no_contact_made": "No contact made",
    "not_useful": "This alert was not useful",
    "entered_in_error": "Entered in error",
}
"""Outcomes in the order in which they are offered."""

NOT_USEFUL = {
    "expected_for_this_person": "Expected for this person",
    "known_already": "We knew already",
    "threshold_too_low": "The threshold is too low",
    "duplicate": "The same as another alert",
    "answer_misread": "The answer was misread",
    "other": "Something else",
}
"""Why an alert was not useful, in the order in which it is offered."""

DISMISSALS = {
    "answered_by_phone": "I spoke to them by phone",
    "wrong_number": "Wrong number: not one of our patients",
    "spam": "Spam or advertising",
    "test": "A test",
    "other": "Something else: say what in the note",
}
"""Why a text is nobody's, in the order in which it is offered."""

_WORDS = {
    # kinds of alerts
    "clinical": "symptoms",
    "silence": "no answer",
    "review": "please read",
    "contact": "contact",
    "opt_out": "stopped texts",
    "respite": "caregiver needs a break",
    # events of an alert
    "opened": "Opened",
    "evidence": "More came in",
    "paged": "Paged",
    "acknowledged": "Taken",
    "note": "Note",
    "attempt": "Tried to reach",
    "resolved": "Closed",
    "reopened": "Reopened",
    "set_aside": "Step failed",
    "assigned": "Placed",
    "dismissed": "Dismissed",
    "handed_over": "Handed over",
    "snoozed": "Snoozed",
    "snooze_ended": "Snooze ended",
    "stepped_down": "Stepped down",
    "reassess_asked": "Asked again",
    "reassess_cancelled": "Not asked again",
    "reassess_silent": "No answer",
    "relieved": "Relieved",
    "not_relieved": "Not relieved",
    "settled": "Found again",
    "silence_rung": "Tried",
    "welfare_check": "Welfare check",
    "corrected": "Corrected",
    "referral": "referral",
    # check-ins
    "planned": "planned",
    "issued": "waiting for an answer",
    "started": "being answered",
    "completed": "answered",
    "partial": "answered in part",
    "missed": "no answer",
    "unasked": "sent without being asked",
    # channels
    "sms": "text",
    "web": "web form",
    "api": "other system",
    # languages that content is shipped in
    "ar": "Arabic",
    "en": "English",
    "es": "Spanish",
    # contact points and patients
    "opted_out": "asked us to stop",
    "unreachable": "cannot be reached",
    "wrong": "wrong number: somebody else's",
    "unconfirmed": "not sure that it is still theirs",
    # whose series an answer belongs to
    "self": "own answers",
    "proxy": "seen by caregiver",
    "caregiver": "caregiver's own",
}

_DELIVERY = {
    "pending": "waiting to leave",
    "leased": "leaving now",
    "unknown": "not known whether it left",
    "dead": "could not be sent",
    "cancelled": "called off",
    "handed_over": "handed to the network",
}


def subject(name: str) -> str:
    """What an alert is about: "Pain", "Pain, seen by caregiver"."""
    whose, _, what = name.partition(":")
    said = sentence(what.replace("_", " "))
    return said if whose == "self" else f"{said}, {word(whose)}"


def operands(values: Mapping[str, float]) -> str:
    """Operators with their operands: "at least 8, consecutive 2"."""
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in values.items())


def word(code: str | None) -> str:
    """A code as words; an unknown one with blanks for underscores."""
    return _WORDS.get(code or "", (code or "").replace("_", " "))


def delivery(state: str, status: str | None) -> str:
    """How far a text came: what the network said last, else where it stands with us."""
    return status.replace("_", " ") if status and state == "handed_over" else _DELIVERY.get(state, state)


def failed(state: str, status: str | None) -> bool:
    """Whether a text did not, or will not, reach the person."""
    return state == "dead" or status in ("failed", "undelivered", "canceled")


def nobody(kind: str, subject: str) -> str:
    """Who an alert without a patient is about."""
    if kind == "system":
        return "The service itself"
    return "Somebody on a shared number" if subject.startswith("shared:") else "Unknown sender"


def phone(number: str, region: str = "") -> str:
    """A number as people read it, kept on one line; what is no number in full stays as it is, such as ``911``."""
    return show_phone(number, region).replace(" ", "\u00a0").replace("-", "\u2011")


def dial(number: str) -> str:
    """The digits of a number for a ``tel:`` address."""
    return "".join(character for character in number if character.isdigit() or character in "+*#")


def number(value: float | None) -> str:
    """A number without a needless fraction."""
    return "" if value is None else f"{value:g}"


def sentence(text: str) -> str:
    """The same with a capital first letter."""
    return text[:1].upper() + text[1:]
