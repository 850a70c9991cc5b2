"""SQL for sites, staff, sessions and API tokens."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from app.db import keyring_of
from app.errors import NotFound
from app.keyring import PHONE, fold, hash_token
from app.staff.models import ApiToken, IdempotentAnswer, Membership, Practitioner, SignInFailure, Site, StaffSession

EMAIL = "email"


def get_site(session: Session, *, site_id: str) -> Site:
    """The site with this id."""
    site = session.get(Site, site_id)
    if site is None:
        raise NotFound("there is no such site")
    return site


def lock_site(session: Session, *, site_id: str) -> Site:
    """The site as it is now, held until the end of the transaction; rows that belong to it may be added meanwhile."""
    wanted = select(Site).where(Site.id == site_id).with_for_update(key_share=True)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def find_site(session: Session, *, code: str) -> Site | None:
    """The site with this code."""
    return session.scalar(select(Site).where(Site.code == code))


def list_sites(session: Session) -> Sequence[Site]:
    """Every site, the default one first."""
    return session.scalars(select(Site).order_by(Site.is_default.desc(), Site.code)).all()


def find_site_of_sender(session: Session, *, number: str) -> Site | None:
    """The site that owns one of our numbers, else the default site."""
    sites = list_sites(session)
    return next((site for site in sites if number in site.senders), sites[0] if sites else None)


def next_alert_position(session: Session, *, site_id: str) -> int:
    """Count one alert of the site and give its position, from 0 on; the row stays locked until the commit."""
    statement = update(Site).where(Site.id == site_id).values(alert_counter=Site.alert_counter + 1)
    return session.execute(statement.returning(Site.alert_counter)).scalar_one() - 1


def get_practitioner(session: Session, *, practitioner_id: str) -> Practitioner:
    """The member of staff with this id, at whatever site."""
    practitioner = session.get(Practitioner, practitioner_id)
    if practitioner is None:
        raise NotFound("there is no such member of staff")
    return practitioner


def find_practitioner_by_email(session: Session, *, email: str) -> Practitioner | None:
    """The member of staff who signs in with this address."""
    hashes = keyring_of(session).indexes(EMAIL, fold(email))
    return session.scalar(select(Practitioner).where(Practitioner.email_index.in_(hashes)))


def list_practitioners_by_phone(session: Session, *, phone: str) -> Sequence[Practitioner]:
    """Active members of staff with this number (E.164)."""
    hashes = keyring_of(session).indexes(PHONE, phone)
    wanted = select(Practitioner).where(Practitioner.phone_index.in_(hashes), Practitioner.active)
    return session.scalars(wanted).all()


def list_members(session: Session, *, site_id: str, active: bool = True) -> Sequence[tuple[Practitioner, str]]:
    """Members of staff of one site with their roles, oldest first."""
    wanted = (
        select(Practitioner, Membership.role)
        .join(Membership, Membership.practitioner_id == Practitioner.id)
        .where(Membership.site_id == site_id)
        .order_by(Practitioner.created_at, Practitioner.id)
    )
    if active:
        wanted = wanted.where(Practitioner.active)
    return [(practitioner, role) for practitioner, role in session.execute(wanted)]


def list_memberships(session: Session, *, practitioner_id: str) -> Sequence[Membership]:
    """The sites of one member of staff."""
    return session.scalars(select(Membership).where(Membership.practitioner_id == practitioner_id)).all()


def find_membership(session: Session, *, practitioner_id: str, site_id: str) -> Membership | None:
    """What a member of staff is at one site."""
    return session.scalar(
        select(Membership).where(Membership.practitioner_id == practitioner_id, Membership.site_id == site_id)
    )


def find_session(session: Session, *, token: str) -> StaffSession | None:
    """The signed-in browser that holds this secret."""
    return session.scalar(select(StaffSession).where(StaffSession.token_hash == hash_token(token)))


def end_sessions(session: Session, *, practitioner_id: str, now: datetime) -> None:
    """Sign a member of staff out everywhere."""
    open_ones = (StaffSession.practitioner_id == practitioner_id, StaffSession.ended_at.is_(None))
    session.execute(update(StaffSession).where(*open_ones).values(ended_at=now))


def count_failures(session: Session, *, email_index: str, since: datetime) -> int:
    """How often signing in with an address failed since a moment."""
    wanted = select(func.count()).select_from(SignInFailure)
    return session.scalar(wanted.where(SignInFailure.email_index == email_index, SignInFailure.at > since)) or 0


def clear_failures(session: Session, *, email_index: str) -> None:
    """Forget the failures of an address, after a successful sign-in."""
    session.execute(delete(SignInFailure).where(SignInFailure.email_index == email_index))


def find_token(session: Session, *, token: str) -> ApiToken | None:
    """The API token with this secret, revoked or not."""
    return session.scalar(select(ApiToken).where(ApiToken.token_hash == hash_token(token)))


def list_tokens(session: Session) -> Sequence[ApiToken]:
    """The API tokens of the site, oldest first."""
    return session.scalars(select(ApiToken).order_by(ApiToken.created_at, ApiToken.id)).all()


def find_answer(session: Session, *, token_id: str, key: str) -> IdempotentAnswer | None:
    """The first answer given to a repeated API call."""
    wanted = select(IdempotentAnswer).where(IdempotentAnswer.token_id == token_id, IdempotentAnswer.key == key)
    return session.scalar(wanted)


def list_stopped(session: Session, *, practitioner_ids: Collection[str]) -> set[str]:
    """Which of some members of staff cannot be paged: disabled, or their number stopped."""
    if not practitioner_ids:
        return set()
    reachable = select(Practitioner.id).where(
        Practitioner.id.in_(practitioner_ids), Practitioner.active, Practitioner.phone_status == "active"
    )
    return set(practitioner_ids) - set(session.scalars(reachable))


def delete_old(
    session: Session, *, answers_before: datetime, failures_before: datetime, sessions_before: datetime
) -> int:
    """Delete kept API answers, failed sign-ins and sessions from before some moments; returns how many."""
    old = (
        delete(IdempotentAnswer).where(IdempotentAnswer.created_at < answers_before),
        delete(SignInFailure).where(SignInFailure.at < failures_before),
        delete(StaffSession).where(StaffSession.last_seen_at < sessions_before),
    )
    gone = 0
    for statement in old:
        result = session.execute(statement.execution_options(synchronize_session=False))
        assert isinstance(result, CursorResult)
        gone += result.rowcount
    return gone
