"""Publish questionnaires and programs: each version once and for ever, pinned for every site."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.audit import store as audit
from app.checkins.models import PublishedProgram, SiteProgram
from app.checkins.store import programs as program_store
from app.db import Session, all_sites, narrow
from app.errors import Conflict
from app.questionnaires import store as questionnaires
from app.questionnaires.models import PublishedQuestionnaire
from app.staff import store as staff
from app.workflows.alert_budget import Allowed, Override, check_budget
from app.workflows.rehearse import Progress, nobody_looks
from app.workflows.service import Service


@dataclass(frozen=True, slots=True)
class Publishable:
    """A checked definition as loaded, with its fingerprint (SHA-256 of its canonical JSON)."""

    name: str
    definition: Mapping[str, Any]
    fingerprint: str


def publish_content(
    service: Service,
    *,
    instruments: list[Publishable],
    programs: list[Publishable],
    agent: str,
    override: Override | None = None,
    progress: Progress = nobody_looks,
) -> list[str]:
    """Publish what is new and pin it for every site; returns one line per newly published version.

    Raises ``Conflict``, publishing nothing, when a version that is already published would change: answers were
    given to its exact wording, so a change needs a new version. Each new version of a program is rehearsed first:
    ``Conflict``, too, where it would call nurses for more than their site allows and nobody overrides that.
    """
    allowed = {
        item.name: check_budget(service, item.definition, override=override, progress=progress)
        for item in _new_programs(service, programs)
    }
    with service.db.transaction(all_sites()) as session:
        published = [line for item in instruments for line in _publish_instrument(service, session, item)]
        for item in programs:
            published += _publish_program(service, session, item, agent, allowed.get(item.name))
    return published


def _publish_instrument(service: Service, session: Session, item: Publishable) -> list[str]:
    url, version = str(item.definition["url"]), str(item.definition["version"])
    known = questionnaires.find_questionnaire_by_url(session, url=url, version=version)
    if known is not None:
        _same(known.fingerprint, item, version)
        return []
    session.add(
        PublishedQuestionnaire(
            name=item.name, url=url, version=version, definition=dict(item.definition),
            fingerprint=item.fingerprint, published_at=service.clock.now(),
        )
    )  # fmt: skip
    return [f"questionnaire {item.name} version {version}"]


def _publish_program(
    service: Service, session: Session, item: Publishable, agent: str, allowed: Allowed | None
) -> list[str]:
    version = str(item.definition["version"])
    known = program_store.find_program(session, name=item.name, version=version)
    if known is not None:
        _same(known.fingerprint, item, version)
        return []
    assert allowed is not None
    program = PublishedProgram(
        name=item.name, version=version, definition=dict(item.definition), fingerprint=item.fingerprint,
        published_at=service.clock.now(), rehearsal=dict(allowed.rehearsal),
    )  # fmt: skip
    session.add(program)
    session.flush()
    _pin(service, session, program, agent, allowed)
    return [f"program {item.name} version {version}"]


def _new_programs(service: Service, programs: list[Publishable]) -> list[Publishable]:
    with service.db.reading(all_sites()) as session:
        return [
            item
            for item in programs
            if program_store.find_program(session, name=item.name, version=str(item.definition["version"])) is None
        ]


def _same(fingerprint: str, item: Publishable, version: str) -> None:
    if fingerprint != item.fingerprint:
        raise Conflict(
            f"{item.name} version {version} is published and cannot change; give the changed file a new version."
        )


def _pin(service: Service, session: Session, program: PublishedProgram, agent: str, allowed: Allowed) -> None:
    """Make new enrolments of every site follow this version; people already enrolled keep theirs."""
    scope = session.info["scope"]
    for site in staff.list_sites(session):
        narrow(session, site.id)
        pin = program_store.find_pin(session, name=program.name)
        if pin is None:
            session.add(SiteProgram(site_id=site.id, name=program.name, program_id=program.id))
        else:
            pin.program_id = program.id
        audit.record(
            session, agent=agent, action="publish", entity="program", entity_id=program.id,
            now=service.clock.now(), version=program.version,
        )  # fmt: skip
        if allowed.by is not None and site.id in allowed.site_ids:
            audit.record(
                session, agent=f"practitioner:{allowed.by}", action="override_alert_budget", entity="program",
                entity_id=program.id, now=service.clock.now(), version=program.version,
            )  # fmt: skip
        session.flush()
    session.info["scope"] = scope


def published_definition(service: Service, *, kind: str, name: str) -> Mapping[str, Any] | None:
    """The definition of a questionnaire or program that was published last; ``None`` when none was."""
    with service.db.reading(all_sites()) as session:
        if kind == "questionnaire":
            questionnaire = questionnaires.find_questionnaire(session, name=name)
            return questionnaire.definition if questionnaire else None
        program = program_store.find_latest_program(session, name=name)
        return program.definition if program else None
