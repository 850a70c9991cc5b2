"""The variables of messages: what a site says of itself, and questions as a person reads them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.durations import duration
from app.escalation.oncall import Team, team_for
from app.messaging.rendering import Asked, Shape, Style, marks
from app.patients.contact_point import show_phone
from app.questionnaires.definition import Item, ItemType, Questionnaire
from app.staff.models import Site
from app.workflows.service import Service
from app.zones import zone

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_HOURS = 28  # characters; with more, some text that mentions them would cost another segment


def readers(service: Service, site: Site, language: str, *, by_text: bool = True) -> str:
    """Who reads answers at a site and when, in one sentence; with every accent where it is not for a text message."""
    say = service.renderer.render if by_text else service.renderer.words
    open_hours = _open_hours(say, site.clinic_hours, language)
    if by_text and len(open_hours) > _LONGEST_HOURS:
        # Other sentences have to fit into the same text. The days without their hours are still true.
        open_hours = _open_hours(say, {day: [("", "")] for day in _open_days(site.clinic_hours)}, language)
    return say("readers", language, open_hours=open_hours)


def _open_hours(say: Callable[..., str], clinic_hours: Mapping[str, Any], language: str) -> str:
    """When a clinic is open: ``Mon-Fri 8:00-17:00``, ``Mon, Wed 8:00-12:00; Sat 9:00-11:00``."""
    comma, semicolon = marks(language)
    same_hours: dict[str, list[str]] = {}
    for day in _open_days(clinic_hours):
        spans = (f"{opens.lstrip('0')}-{closes.lstrip('0')}".strip("-") for opens, closes in clinic_hours[day])
        same_hours.setdefault(comma.join(spans), []).append(day)
    groups = []
    for hours, days in same_hours.items():
        *listed, last = _runs(days)
        runs = [say("open_days", language, first_day=f, last_day=until, hours=None) for f, until in listed]
        runs.append(say("open_days", language, first_day=last[0], last_day=last[1], hours=hours or None))
        groups.append(comma.join(runs))
    return semicolon.join(groups)


def _open_days(clinic_hours: Mapping[str, Any]) -> list[str]:
    return [day for day in _DAYS if clinic_hours.get(day)]


def _runs(days: Sequence[str]) -> list[tuple[str, str | None]]:
    """Days that follow each other as (first, last), a single day without a last; a week may begin on any day."""
    closed = [day for day in _DAYS if day not in days]
    first = (_DAYS.index(closed[0]) + 1) % len(_DAYS) if closed and _DAYS[0] in days and _DAYS[-1] in days else 0
    runs: list[list[str]] = []
    for day in (*_DAYS[first:], *_DAYS[:first]):
        if day not in days:
            continue
        if runs and (_DAYS.index(runs[-1][-1]) + 1) % len(_DAYS) == _DAYS.index(day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [(run[0], run[-1] if len(run) > 1 else None) for run in runs]


def safety(site: Site, intent: str | None = None) -> dict[str, str]:
    """Whom to call now, and in an emergency: whose care is about comfort calls their own team for both."""
    if team := comfort(site, intent):
        return {"after_hours_phone": team["comfort_phone"], "emergency_number": team["comfort_phone"]}
    phone = show_phone(site.after_hours_phone, site.region)
    return {"after_hours_phone": phone, "emergency_number": site.emergency_number}


def emergency(site: Site, intent: str | None) -> str:
    """Whom to call in an emergency."""
    return safety(site, intent)["emergency_number"]


def comfort(site: Site, intent: str | None) -> dict[str, str]:
    """Whom to call now for somebody whose care is about comfort: their own team; empty for everybody else."""
    if team_for(intent) is not Team.COMFORT or not site.comfort_phone:
        return {}
    return {"comfort_phone": show_phone(site.comfort_phone, site.region)}


def local_time(moment: datetime, name: str) -> str:
    """A moment as a wall clock shows it in a zone, such as ``14:10``."""
    local: ZoneInfo = zone(name)
    return moment.astimezone(local).strftime("%H:%M")


def question(
    service: Service, questionnaire: Questionnaire, items: Sequence[Item], language: str, *, again: bool = False
) -> str:
    """The text that asks for some items; ``again`` asks once more, with an example."""
    recall = duration(questionnaire.recall_period) if questionnaire.recall_period else None
    hours = int(recall.total_seconds() // 3600) if recall and len(items) > 1 else None
    asked = [_asked(item, language) for item in items]
    return service.renderer.ask(asked, language, Style.AGAIN if again else Style.ASK, recall_hours=hours)


def item_label(item: Item, language: str) -> str:
    """The short name of an item."""
    return item.short(language)


def _asked(item: Item, language: str) -> Asked:
    anchors: Any = item.anchors.get(language) or item.anchors.get("en")
    return Asked(
        shape=Shape.TEXT if item.type is ItemType.DATE else Shape(item.type.value),
        wording=item.wording(language),
        label=item.short(language),
        low=item.low,
        high=item.high,
        anchors=(anchors[0], anchors[1]) if anchors else None,
        options=tuple((o.value, o.text.get(language) or o.text.get("en", "")) for o in item.options),
    )
