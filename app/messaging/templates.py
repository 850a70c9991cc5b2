"""The messages that exist, what each may mention, and how much each may cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

VARIABLES: Mapping[str, tuple[str, Any]] = MappingProxyType(
    {
        # name: (what it holds, a typical value that `content check` measures segments with)
        "after_hours_phone": ("the site's number when the clinic is closed", "555-010-0199"),
        "anchor_high": ("what the highest number means", "worst imaginable"),
        "anchor_low": ("what the lowest number means", "none"),
        "choices": ("who it may be, each with a number", "1 Ana, 2 Rosa"),
        "clinic": ("public name of the site", "Riverside Clinic"),
        "code": ("an alert's code", "12A"),
        "comfort_phone": ("the hospice's or home team's number", "555-010-0177"),
        "count": ("how many there are of what the message is about", 3),
        "covered": ("whether a nurse is on shift now", True),
        "crisis_line": ("number of the crisis line of the site's country", "988"),
        "day": ("a day, as people say it", "Tue 3 Nov"),
        "emergency_number": ("number of the emergency services", "911"),
        "example": ("numbers that would be a well-formed reply", "3 0 5"),
        "first": ("whether this is the first invitation of the week", True),
        "first_day": ("first day of a run of open days: mon, tue, wed, thu, fri, sat or sun", "mon"),
        "high": ("the highest number taken; none without bounds", 10),
        "hours": ("opening hours, local; none where days with the same hours follow", "8:00-17:00"),
        "labels": ("short names of what is asked, comma between", "pain, breathlessness, tiredness"),
        "last_day": ("last day of a run of open days, as first_day; none for a single day", "fri"),
        "link": ("address of the check-in form", "https://bedside.example.org/c/AbCdEfGhIjKlMnOpQrStUv"),
        "low": ("the lowest number taken; none without bounds", 0),
        "name": ("first name that the patient chose", "Ana"),
        "on_shift": ("whether a nurse is on shift, though not long enough to promise a time", False),
        "open_hours": ("when the clinic is open: the message `open_days` for each run of days", "Mon-Fri 8:00-17:00"),
        "options": ("the options, each with its number", "1 = none, 2 = some, 3 = more than half, 4 = all of the day"),
        "place": ("a place as people call it", "London"),
        "question": ("a question as text, from Renderer.ask", ""),
        "readers": ("who reads and when: the message `readers`", "Nurses read this Mon-Fri 8:00-17:00."),
        "recall_hours": ("how far back the question looks, in hours; none when unsaid", 24),
        "reply": ("the code to text back, one where a page lists several", "12A"),
        "tier": ("red, amber or watch", "red"),
        "time": ("a time of day, local", "14:10"),
        "url": ("address of an alert's page for staff", "https://bedside.example.org/a/AbCdEfGhIjKlMnOp"),
        "who": ("name of a member of staff", "Nora Lindqvist"),
        "wording": ("the question of one item", "How much pain have you had in the last 24 hours?"),
    }
)
"""Every variable that any message may use. None of them is a family name, a diagnosis or a number a person gave."""


@dataclass(frozen=True, slots=True)
class TemplateSpec:
    """What one message may mention, and how many SMS segments it may cost in the SMS alphabet."""

    variables: frozenset[str]
    max_segments: int = 1

    def allowed(self, encoding: str) -> int:
        """The most segments in ``GSM-7`` (160 characters each), or as many characters in ``UCS-2`` (70 each)."""
        return self.max_segments if encoding == "GSM-7" else -(-self.max_segments * 160 // 70)


def _spec(variables: str = "", max_segments: int = 1) -> TemplateSpec:
    return TemplateSpec(frozenset(variables.split()), max_segments)


_SAFETY = "after_hours_phone emergency_number"

TEMPLATES: Mapping[str, TemplateSpec] = MappingProxyType(
    {
        # asking: a check-in with four groups, function and urgency costs 2 + 5 + 1 segments
        "invitation": _spec("clinic question link readers first emergency_number", 2),
        "link_invitation": _spec("clinic link readers emergency_number", 2),
        "caregiver_invitation": _spec("clinic name link readers emergency_number", 2),
        "caregiver_self": _spec("clinic name link readers emergency_number", 2),
        "goals": _spec("clinic question link emergency_number", 3),
        "reminder": _spec("clinic link"),
        "question": _spec("question"),
        "ask_together": _spec("count labels low high anchor_low anchor_high example recall_hours"),
        "ask_scale": _spec("wording low high anchor_low anchor_high"),
        "ask_choice": _spec("wording options"),
        "ask_number": _spec("wording example"),
        "ask_text": _spec("wording"),
        "not_understood": _spec("count labels low high example"),
        "moved_on": _spec("link"),
        "link": _spec("link"),
        # what happens with an answer
        "open_days": _spec("first_day last_day hours"),
        "readers": _spec("open_hours"),
        "closing": _spec("readers emergency_number"),
        "closing_amber": _spec("readers emergency_number"),
        "red_covered": _spec(f"time {_SAFETY}", 2),
        "red_uncovered": _spec(f"on_shift {_SAFETY}", 2),
        "red_comfort": _spec("time comfort_phone", 2),
        "seen": _spec(f"clinic who {_SAFETY}"),
        "wants_to_die": _spec(f"covered crisis_line {_SAFETY}", 2),
        "late_recorded": _spec(f"readers {_SAFETY}", 2),
        "not_in_checkin": _spec(f"readers {_SAFETY}", 2),
        "unknown_sender": _spec("emergency_number"),
        # when nothing is heard, and after somebody was helped
        "silence_caregiver": _spec("clinic name link readers emergency_number", 2),
        "reassess": _spec("clinic labels day question link readers emergency_number", 3),
        # in the middle of a check-in
        "later": _spec("time"),
        "open_until": _spec("time link"),
        "bad_day": _spec("question", 2),
        "offer_bad_day": _spec(),
        "corrected": _spec("labels"),
        "two_answers": _spec("question", 2),
        "no_pictures": _spec(),
        "nothing_open": _spec("readers emergency_number"),
        # who is writing, from where, in which language
        "who_is_writing": _spec("choices"),
        "where_are_you": _spec(),
        "zone_set": _spec("place"),
        "zone_unclear": _spec(),
        "language_set": _spec(),
        "wrong_number": _spec(),
        "still_yours": _spec("clinic"),
        "still_yours_thanks": _spec(),
        # agreeing, stopping, asking for help
        "welcome": _spec("clinic readers emergency_number", 2),
        "caregiver_welcome": _spec("clinic name emergency_number", 2),
        "stopped": _spec("clinic"),
        "started": _spec("clinic emergency_number"),
        "help": _spec(f"clinic readers {_SAFETY}", 2),
        "paused": _spec(f"clinic {_SAFETY}"),
        "respite": _spec("readers"),
        # to staff: a code and a tier, never a patient's name or symptom
        "page": _spec("tier code reply url"),
        "page_acknowledged": _spec("code url"),
        "page_taken": _spec("code who"),
        "page_already": _spec("code who time"),
        "page_code_unknown": _spec("code url"),
        "page_closed": _spec("code url"),
        "page_too_old": _spec("code url"),
        "page_several": _spec("tier code url", 2),
        "page_bundle": _spec("tier count url"),
        "page_handed_over": _spec("code who url"),
        "fallback_page": _spec("clinic tier code url"),
        "page_email": _spec("tier code url"),
        "staff_help": _spec("url"),
        "staff_stopped": _spec(),
        "staff_started": _spec(),
    }
)
"""Every message there is, by name; each has one file per language."""
