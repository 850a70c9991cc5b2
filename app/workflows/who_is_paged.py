"""Whom the steps of some alerts page now: persons are looked up when a step is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.alerts.models import Alert
from app.codes import Tier
from app.db import Session
from app.escalation import store as escalation
from app.escalation import storms
from app.escalation.oncall import Shift, Team, of_team, recipients, team_for
from app.escalation.policy import Target
from app.messaging.store import outbox
from app.patients import store as patients
from app.staff import store as staff
from app.staff.models import Practitioner, Site
from app.workflows.on_call import load_teams

FALLBACK = "fallback"
"""Stands for the site's fallback contact where otherwise the id of a member of staff stands."""
CLINICAL_ROLES = ("nurse", "navigator", "clinician")
"""Whom a step that pages everyone means."""

Step = tuple[Alert, tuple[Target, ...]]


@dataclass(frozen=True, slots=True)
class Call:
    """Alerts whose step pages the same people.

    ``unreachable`` are those whose telephone takes no pages. ``fallback``: the site's fallback contact is told, because
    a step says so or nobody else is there.
    """

    told: tuple[Alert, ...]
    people: tuple[Practitioner, ...]
    unreachable: tuple[Practitioner, ...]
    fallback: bool

    @property
    def recipients(self) -> tuple[str, ...]:
        """The ids of those who are texted; the fallback contact comes last."""
        return (*(person.id for person in self.people), *((FALLBACK,) if self.fallback else ()))


def list_calls(session: Session, site: Site, due: Sequence[Step], now: datetime) -> list[Call]:
    """Put alerts together whose steps page the same people of the same team."""
    members = staff.list_members(session, site_id=site.id)
    by_team = load_teams(session, now, [person for person, _ in members])
    teams = _teams(session, due, by_team)
    groups: dict[tuple[tuple[Target, ...], str | None, Team], list[Alert]] = {}
    for alert, targets in due:
        owner = alert.acknowledged_by if Target.OWNER in targets else None
        groups.setdefault((targets, owner, teams.get(alert.patient_id, Team.CLINIC)), []).append(alert)
    return [_call(members, by_team, told, *who, now) for who, told in groups.items()]


def count_recent(session: Session, calls: Sequence[Call], now: datetime) -> dict[str, int]:
    """How many texts each recipient of some calls was paged with in the last minute.

    For calls about red alerts: how many of them are about red ones and have not left yet.
    """
    red = calls[0].told[0].tier == Tier.RED
    ids = {recipient for call in calls for recipient in call.recipients}
    sent = escalation.list_texts_to(session, recipients=ids, since=now - storms.WINDOW)
    urgent = outbox.list_urgent_waiting(session, ids={message_id for _, message_id in sent}) if red else set()
    counted = [recipient for recipient, message_id in sent if not red or message_id in urgent]
    return {recipient: counted.count(recipient) for recipient in ids}


def _teams(session: Session, due: Sequence[Step], by_team: Mapping[Team, Sequence[Shift]]) -> dict[str | None, Team]:
    if not by_team[Team.COMFORT]:
        return {}
    ids = {alert.patient_id for alert, _ in due if alert.patient_id}
    return {id: team_for(row.intent) for id, row in patients.find_patients(session, patient_ids=ids).items()}


def _call(
    members: Sequence[tuple[Practitioner, str]],
    by_team: Mapping[Team, Sequence[Shift]],
    told: Sequence[Alert],
    targets: tuple[Target, ...],
    owner: str | None,
    team: Team,
    now: datetime,
) -> Call:
    everyone = [person.id for person, role in members if role in CLINICAL_ROLES]
    found = recipients(targets, of_team(by_team, team, now), now, owner=owner, everyone=everyone)
    known = {person.id: person for person, _ in members}
    there = [known[id] for id in found.practitioner_ids if id in known]
    people = tuple(person for person in there if person.phone_index and person.phone_status == "active")
    return Call(
        told=tuple(told), people=people, unreachable=tuple(p for p in there if p not in people),
        fallback=found.fallback or not people,
    )  # fmt: skip
