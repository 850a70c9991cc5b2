"""SQL for published programs, the versions that sites follow, and enrolments in them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkins.models import Enrolment, PublishedProgram, SiteProgram
from app.errors import NotFound


def find_program(session: Session, *, name: str, version: str) -> PublishedProgram | None:
    """One published version of a program."""
    wanted = select(PublishedProgram).where(PublishedProgram.name == name, PublishedProgram.version == version)
    return session.scalar(wanted)


def get_program(session: Session, *, program_id: str) -> PublishedProgram:
    """The published program with this id."""
    found = session.get(PublishedProgram, program_id)
    if found is None:
        raise NotFound("there is no such program")
    return found


def find_site_program(session: Session, *, name: str) -> PublishedProgram | None:
    """The version of a program that new enrolments of the site follow."""
    wanted = select(PublishedProgram).join(SiteProgram, SiteProgram.program_id == PublishedProgram.id)
    return session.scalar(wanted.where(SiteProgram.name == name))


def find_pin(session: Session, *, name: str) -> SiteProgram | None:
    """The site's choice of a version for a program."""
    return session.scalar(select(SiteProgram).where(SiteProgram.name == name))


def any_program(session: Session) -> bool:
    """Tell whether any program was ever published."""
    return session.scalar(select(PublishedProgram.id).limit(1)) is not None


def find_latest_program(session: Session, *, name: str) -> PublishedProgram | None:
    """The version of a program that was published last."""
    wanted = select(PublishedProgram).where(PublishedProgram.name == name)
    return session.scalars(wanted.order_by(PublishedProgram.published_at.desc(), PublishedProgram.id)).first()


def list_latest_programs(session: Session) -> Sequence[PublishedProgram]:
    """Of each program the version that was published last."""
    rows = session.scalars(select(PublishedProgram).order_by(PublishedProgram.published_at, PublishedProgram.id.desc()))
    return list({program.name: program for program in rows}.values())


def list_enrolments(session: Session, *, patient_id: str, active: bool = True) -> Sequence[Enrolment]:
    """A patient's enrolments, oldest first."""
    wanted = select(Enrolment).where(Enrolment.patient_id == patient_id)
    if active:
        wanted = wanted.where(Enrolment.status == "active")
    return session.scalars(wanted.order_by(Enrolment.enrolled_at, Enrolment.id)).all()


def get_enrolment(session: Session, *, enrolment_id: str) -> Enrolment:
    """The enrolment with this id."""
    found = session.get(Enrolment, enrolment_id)
    if found is None:
        raise NotFound("there is no such enrolment")
    return found


def list_enrolments_in(session: Session, *, program: str) -> Sequence[Enrolment]:
    """Every enrolment of the site in a program, in whatever version and also those that ended."""
    return session.scalars(select(Enrolment).where(Enrolment.program == program).order_by(Enrolment.id)).all()
