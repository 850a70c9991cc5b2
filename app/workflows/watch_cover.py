"""Look a day ahead at every clinic: where nobody is on call who could be paged, raise the alarm before it begins."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.alerts.lifecycle import AlertKind, Outcome, Resolution
from app.alerts.models import Alert
from app.alerts.store import alerts
from app.codes import Tier
from app.db import Session, all_sites, site_scope
from app.escalation import store as escalation
from app.escalation.oncall import gaps
from app.staff import store as staff
from app.staff.models import Site
from app.workflows.concern import Concern
from app.workflows.on_call import load_cover
from app.workflows.raise_alerts import raise_concern
from app.workflows.resolve_alert import close_alert
from app.workflows.service import SYSTEM, Service
from app.zones import wall_clock

SUBJECT = "cover"
_AHEAD, _SOON = timedelta(hours=24), timedelta(hours=1)
# Stretches are named by where they begin and end, also while they are under way or end later than tomorrow.
_BACK, _FORTH = timedelta(days=2), timedelta(days=8)
_NAMED = 3
_CLOCK = "%a %d %b %H:%M"

Stretch = tuple[datetime, datetime]


def watch_cover(service: Service) -> int:
    """Raise, extend or close each clinic's one alert about gaps in its rota; returns how many changed."""
    now = service.clock.now()
    with service.db.reading(all_sites()) as session:
        site_ids = [site.id for site in staff.list_sites(session)]
    return sum(_watch(service, site_id, now) for site_id in site_ids)


def _watch(service: Service, site_id: str, now: datetime) -> bool:
    with service.db.reading(site_scope(site_id)) as session:
        if not _changes(session, staff.get_site(session, site_id=site_id), now):
            return False
    with service.db.transaction(site_scope(site_id)) as session:
        site = staff.lock_site(session, site_id=site_id)  # two workers may have seen the same
        if not (change := _changes(session, site, now)):
            return False
        if isinstance(change, Concern):
            raise_concern(service, session, change)
        else:
            close_alert(
                session, change, Resolution(Outcome.EXPECTED_NO_CHANGE, None), now=now, practitioner_id=None,
                agent=SYSTEM, detail="Somebody is on call for all of the next 24 hours.",
            )  # fmt: skip
        return True


def _changes(session: Session, site: Site, now: datetime) -> Concern | Alert | None:
    """What to raise, or which alert to close; ``None`` where all is as it was."""
    known = alerts.lock_open_alerts(session, patient_id=None, subjects=[SUBJECT]).get(SUBJECT)
    last = known or alerts.find_last(session, subject=SUBJECT)
    if not escalation.ever_planned(session):
        # Said once, and on the list alone: a clinic that never had a rota has chosen its fallback contact.
        return None if last else _concern(Tier.WATCH, f"Nobody was ever put on a rota. {_meanwhile(site)}", [])
    ahead = _gaps_ahead(session, now)
    if not ahead:
        return known
    if known is None:
        ahead = _not_settled(ahead, last)
    if not ahead:
        return None
    tier = Tier.RED if ahead[0][0] <= now + _SOON else Tier.AMBER
    reason = f"Nobody who can be paged is on call {_say(ahead, site, now)}. {_meanwhile(site)}"
    if known is not None and known.reason == reason and not tier.worse_than(Tier(known.tier)):
        return None
    return _concern(tier, reason, ahead)


def _gaps_ahead(session: Session, now: datetime) -> list[Stretch]:
    """The gaps that are under way or begin within a day, each with its whole length."""
    since, until = now - _BACK, now + _FORTH
    found = gaps(load_cover(session, since, until), since, until)
    return [(start, end) for start, end in found if end > now and start < now + _AHEAD]


def _not_settled(ahead: Sequence[Stretch], last: Alert | None) -> list[Stretch]:
    """Those that nobody has closed an alert about: who did so knows of them."""
    settled = last.values.get("stretches", []) if last is not None and last.resolved_by is not None else []
    return [(start, end) for start, end in ahead if start.isoformat() not in settled]


def _concern(tier: Tier, reason: str, ahead: Sequence[Stretch]) -> Concern:
    return Concern(
        kind=AlertKind.SYSTEM, subject=SUBJECT, tier=tier, reason=reason,
        values={"stretches": [start.isoformat() for start, _ in ahead]},
    )  # fmt: skip


def _say(ahead: Sequence[Stretch], site: Site, now: datetime) -> str:
    def clock(at: datetime) -> str:
        return f"{wall_clock(at, site.time_zone):{_CLOCK}}"

    said = [
        f"from {clock(start)} " + ("on, for a week at least" if end >= now + _FORTH else f"to {clock(end)}")
        for start, end in ahead[:_NAMED]
    ]
    more = [f"{len(ahead) - _NAMED} more times"] if len(ahead) > _NAMED else []
    return f"{', '.join([*said, *more])} ({site.time_zone})"


def _meanwhile(site: Site) -> str:
    return f"Pages go to {site.fallback_name} (fallback). Plan somebody on the page On call."
