"""What is wrong with a running service, asked of the database: the questions behind ``doctor``."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.db import Database, Session, all_sites
from app.reports.on_call import cover_of
from app.tables import (
    Alert,
    OutboundMessage,
    Practitioner,
    Rotation,
    SenderPace,
    Shift,
    Site,
    SiteProgram,
    StageProgress,
    Switch,
)
from app.zones import wall_clock

PLACEHOLDER = "+15550100100"
"""The number that a new site has until somebody sets its own: nobody answers it."""
_AHEAD = timedelta(days=7)
_OVERDUE = timedelta(minutes=5)
_STALLED = timedelta(minutes=5)
_CLOCK = "%d %b %H:%M"


def find_problems(db: Database, now: datetime) -> list[str]:
    """Every problem as a sentence that says what to do; empty when all is well."""
    with db.reading(all_sites()) as session:
        sites = session.scalars(select(Site).order_by(Site.code)).all()
        if not sites:
            return ["There is no site: run db upgrade."]
        problems = [problem for site in sites for problem in _of_site(session, site, now)]
        return [
            *problems,
            *_of_alerts(session, now),
            *_of_texts(session),
            *_of_senders(session),
            *_of_workers(session, now),
        ]


def _of_site(session: Session, site: Site, now: datetime) -> Iterator[str]:
    if PLACEHOLDER in (site.after_hours_phone, site.fallback_phone):
        yield f"{site.code}: its after-hours or fallback number is a placeholder: set it with site set."
    if not session.scalar(select(func.count()).where(SiteProgram.site_id == site.id)):
        yield f"{site.code}: no program is published: run content publish."
    yield from _of_rota(session, site, now)


def _of_rota(session: Session, site: Site, now: datetime) -> Iterator[str]:
    def clock(at: datetime) -> str:
        return f"{wall_clock(at, site.time_zone):{_CLOCK}}"

    if not any(session.scalar(select(t.id).where(t.site_id == site.id).limit(1)) for t in (Shift, Rotation)):
        yield f"{site.code}: nobody is on call: nobody was ever put on a rota. Plan shifts or a rotation."
        return
    cover = cover_of(session, site.id, now, now + _AHEAD)
    for start, end in cover.gaps:
        until = "at least " if end == now + _AHEAD else ""
        yield f"{site.code}: nobody is on call from {clock(start)} to {until}{clock(end)} ({site.time_zone})."
    silent = {duty.practitioner_id for duty in cover.duties} - cover.reachable
    for person in session.scalars(select(Practitioner).where(Practitioner.id.in_(silent))):
        yield f"{site.code}: {person.name} is on call but cannot be paged on their number."


def _of_alerts(session: Session, now: datetime) -> Iterator[str]:
    count = select(func.count()).select_from(Alert)
    late = session.scalar(count.where(Alert.status != "resolved", Alert.next_action_at < now - _OVERDUE))
    if late:
        yield f"{late} alerts are overdue for their next step: is a worker running?"
    unanswered = session.scalar(count.where(Alert.status == "triggered", Alert.exhausted))
    if unanswered:
        yield f"{unanswered} alerts were taken by nobody: the fallback contact is told every hour."
    stuck = (Alert.status == "triggered", Alert.tier != "watch", Alert.next_action_at.is_(None))
    lost = session.scalar(count.where(*stuck))
    if lost:
        yield f"{lost} open alerts have no next step."


def _of_texts(session: Session) -> Iterator[str]:
    count = select(func.count()).select_from(OutboundMessage)
    given_up = session.scalar(count.where(OutboundMessage.state.in_(("dead", "unknown"))))
    if given_up:
        yield f"{given_up} texts were given up or are in doubt: see outbox list."
    paused = session.get(Switch, "outbox_paused")
    if paused is not None and paused.on:
        yield f"Sending is paused since {paused.changed_at:{_CLOCK}} UTC: nothing leaves, pages neither. outbox resume."


def _of_senders(session: Session) -> Iterator[str]:
    resting = select(SenderPace).where(SenderPace.paused_code.is_not(None)).order_by(SenderPace.id)
    for pace in session.scalars(resting):
        why = f"it is refused (error {pace.paused_code})" if pace.paused_code else "the provider cannot be reached"
        yield f"The sender {pace.id} rests because {why}: its texts wait."


def _of_workers(session: Session, now: datetime) -> Iterator[str]:
    stages = session.scalars(select(StageProgress).order_by(StageProgress.id)).all()
    if not stages:
        yield "No worker has ever run: start one with flask --app wsgi worker."
    for stage in stages:
        if now - stage.progressed_at > _STALLED:
            yield f"The stage {stage.id} has not finished a round since {stage.progressed_at:{_CLOCK}} UTC."
