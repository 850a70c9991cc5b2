"""The variables of messages: what a site says of itself, and questions as a person reads them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.durations import duration
from app.messaging.rendering import Asked, Shape, Style
from app.patients.contact_point import show_phone
from app.questionnaires.definition import Item, Questionnaire
from app.staff.models import Site
from app.workflows.service import Service
from app.zones import zone

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def readers(service: Service, site: Site, language: str, *, by_text: bool = True) -> str:
    """Who reads answers at a site and when, in one sentence; with every accent where it is not for a text message."""
    days = [day for day in _DAYS if site.clinic_hours.get(day)]
    spans = site.clinic_hours[days[0]]
    said = {
        "first_day": days[0],
        "last_day": days[-1],
        "opens": spans[0][0].lstrip("0"),
        "closes": spans[-1][1].lstrip("0"),
    }
    say = service.renderer.render if by_text else service.renderer.words
    return say("readers", language, **said)


def safety(site: Site) -> dict[str, str]:
    """Whom to call now."""
    phone = show_phone(site.after_hours_phone, site.region)
    return {"after_hours_phone": phone, "emergency_number": site.emergency_number}


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
        shape=Shape(item.type.value),
        wording=item.wording(language),
        label=item.short(language),
        low=item.low,
        high=item.high,
        anchors=(anchors[0], anchors[1]) if anchors else None,
        options=tuple((o.value, o.text.get(language) or o.text.get("en", "")) for o in item.options),
    )
