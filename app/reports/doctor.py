"""What is wrong with a running service, asked of the database: the questions behind ``doctor``."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.db import Database, all_sites
from app.escalation.oncall import Shift as Duty
from app.escalation.oncall import ShiftRole, gaps
from app.tables import Alert, OutboundMessage, Practitioner, Shift, Site, SiteProgram, StageProgress

_AHEAD = timedelta(hours=24)
_OVERDUE = timedelta(minutes=5)
_STALLED = timedelta(minutes=5)


def find_problems(db: Database, now: datetime) -> list[str]:
    """Every problem as a sentence that says what to do; empty when all is well."""
    problems: list[str] = []
    with db.reading(all_sites()) as session:
        sites = session.scalars(select(Site).order_by(Site.code)).all()
        if not sites:
            return ["There is no site: run db upgrade."]
        if not session.scalar(select(func.count()).select_from(SiteProgram)):
            problems.append("No program is published: run content publish.")
        for site in sites:
            shifts = session.scalars(select(Shift).where(Shift.site_id == site.id, Shift.ends_at > now)).all()
            duties = [Duty(s.practitioner_id, ShiftRole(s.role), s.starts_at, s.ends_at) for s in shifts]
            for start, end in gaps(duties, now, now + _AHEAD):
                problems.append(f"{site.code}: nobody is on call from {start:%d %b %H:%M} to {end:%d %b %H:%M} UTC.")
            silent = select(Practitioner).where(
                Practitioner.id.in_([s.practitioner_id for s in shifts]), Practitioner.phone_status != "active"
            )
            for person in session.scalars(silent):
                problems.append(f"{site.code}: {person.name} is on call but cannot be paged on their number.")
        overdue = select(func.count()).select_from(Alert)
        late = session.scalar(overdue.where(Alert.status != "resolved", Alert.next_action_at < now - _OVERDUE)) or 0
        if late:
            problems.append(f"{late} alerts are overdue for their next step: is a worker running?")
        lost = session.scalar(
            overdue.where(Alert.status == "triggered", Alert.tier != "watch", Alert.next_action_at.is_(None))
        )
        if lost:
            problems.append(f"{lost} open alerts have no next step.")
        dead = session.scalar(
            select(func.count()).select_from(OutboundMessage).where(OutboundMessage.state.in_(("dead", "unknown")))
        )
        if dead:
            problems.append(f"{dead} texts were given up or are in doubt: see outbox list.")
        stages = session.scalars(select(StageProgress)).all()
        if not stages:
            problems.append("No worker has ever run: start one with flask --app wsgi worker.")
        for stage in stages:
            if now - stage.progressed_at > _STALLED:
                problems.append(
                    f"The stage {stage.id} has not finished a round since {stage.progressed_at:%d %b %H:%M} UTC."
                )
    return problems
