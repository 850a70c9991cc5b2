"""Rehearse a program: replay a site's answers, or made-up ones, through it and count what it would have called for.

Nothing is changed or stored. People are read a few at a time, so that memory stays flat however many answers there are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from os import cpu_count
from typing import Any

from app.alerts.rehearsal import Clocks, Counted
from app.alerts.rehearsal_result import Rehearsal
from app.alerts.replay import Replay
from app.alerts.word_files import use_folder
from app.audit import store as audit
from app.checkins.models import Enrolment
from app.checkins.store import programs as program_store
from app.config import Settings
from app.db import Database, Session, site_scope
from app.keyring import Keyring
from app.questionnaires import store as questionnaires
from app.staff import store as staff
from app.workflows.definitions import Program, load_program
from app.workflows.service import Service
from app.workflows.stored_answers import Trial, load_replays
from app.workflows.who_is_paged import CLINICAL_ROLES

_TOGETHER = 10
_PROCESSES = 2
_EVER = datetime(1971, 1, 1, tzinfo=UTC)

Progress = Callable[[int, int], None]
"""Told how many people are done, of how many."""


def nobody_looks(done: int, total: int) -> None:
    """Progress that nobody wants to see."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is rehearsed on: who, the program in use, and what the site allows."""

    enrolments: Sequence[Enrolment]
    responses: int
    current: Program | None
    nurses: int
    budget: float


@dataclass(frozen=True, slots=True)
class _Task:
    """What every part of a rehearsal is done by; as small as it is sent to another process."""

    site_id: str
    definition: Mapping[str, Any]
    in_use: str | None
    since: datetime


def rehearse_site(
    service: Service,
    *,
    site_id: str,
    definition: Mapping[str, Any],
    days: int | None = None,
    at_most: int | None = None,
    share_from: int = 10_000,
    progress: Progress = nobody_looks,
) -> Rehearsal:
    """Replay what the people in a site's program of that name answered in the last ``days``, or ever.

    ``definition`` passed the content's check. With ``at_most`` it stops after so many answers, and says how many people
    were left out. From ``share_from`` answers on the work is shared between two processes.
    """
    proposed = Program.from_mapping(definition)
    since = service.clock.now() - timedelta(days=days) if days is not None else _EVER
    ground = _look(service, site_id, proposed.name, since)
    task = _Task(site_id, definition, ground.current.id if ground.current else None, since)
    parts = [ground.enrolments[i : i + _TOGETHER] for i in range(0, len(ground.enrolments), _TOGETHER)]
    counted, done = Counted(), 0
    shared = at_most is None and ground.responses >= share_from
    found = _in_processes(service, task, parts) if shared else (_count(service.db, task, part) for part in parts)
    for part, of_part in zip(parts, found, strict=False):
        counted.add(of_part)
        done += len(part)
        progress(done, len(ground.enrolments))
        if at_most is not None and counted.proposed.answered >= at_most:
            break
    return Rehearsal(
        program=proposed.label, against=ground.current.label if ground.current else None,
        source="what people of this clinic answered", counted=counted, nurses=ground.nurses, budget=ground.budget,
        left_out=len(ground.enrolments) - done, clocks=Clocks.of(proposed.escalation), at_most_days=days,
    )  # fmt: skip


def rehearse_people(
    people: Iterable[tuple[str, Replay]],
    *,
    proposed: Program,
    current: Program | None,
    source: str,
    nurses: int,
    budget: float | None,
    days: int,
) -> Rehearsal:
    """Replay people who come one after the other, such as made-up ones, each asked for so many ``days``."""
    counted = Counted()
    _count_people(counted, people, proposed, current)
    return Rehearsal(
        program=proposed.label, against=current.label if current else None, source=source, counted=counted,
        nurses=nurses, budget=budget, left_out=0, clocks=Clocks.of(proposed.escalation), at_most_days=days,
    )  # fmt: skip


def current_program(service: Service, *, site_id: str, name: str) -> Program | None:
    """The version of a program that new enrolments of a site follow; ``None`` when there is none."""
    with service.db.reading(site_scope(site_id)) as session:
        return _in_use(session, name)


def count_nurses(service: Service, *, site_id: str) -> int:
    """How many share a site's alerts: active staff in a clinical role, at least one."""
    with service.db.reading(site_scope(site_id)) as session:
        return _nurses(session, site_id)


def note_rehearsal(service: Service, *, site_id: str, agent: str, program: str) -> None:
    """Write that somebody rehearsed a program; what was found is not kept."""
    with service.db.transaction(site_scope(site_id)) as session:
        audit.record(
            session, agent=agent, action="rehearse", entity="site", entity_id=site_id, now=service.clock.now(),
            program=program[:120],
        )  # fmt: skip


def _look(service: Service, site_id: str, name: str, since: datetime) -> _Ground:
    with service.db.reading(site_scope(site_id)) as session:
        site = staff.get_site(session, site_id=site_id)
        enrolments = program_store.list_enrolments_in(session, program=name)
        responses = questionnaires.count_responses(session, since=since)
        return _Ground(enrolments, responses, _in_use(session, name), _nurses(session, site_id), site.alert_budget)


def _in_use(session: Session, name: str) -> Program | None:
    row = program_store.find_site_program(session, name=name)
    return load_program(session, row.id) if row is not None else None


def _nurses(session: Session, site_id: str) -> int:
    roles = [role for _, role in staff.list_members(session, site_id=site_id)]
    return max(1, sum(role in CLINICAL_ROLES for role in roles))


def _count(db: Database, task: _Task, enrolments: Sequence[Enrolment]) -> Counted:
    """Count a few people: what they said is read first, so that no transaction is open while it is judged."""
    counted, proposed = Counted(), Program.from_mapping(task.definition)
    with db.reading(site_scope(task.site_id)) as session:
        current = load_program(session, task.in_use) if task.in_use else None
        people = load_replays(session, enrolments, Trial(proposed, current), since=task.since)
    _count_people(counted, people, proposed, current)
    return counted


def _count_people(
    counted: Counted, people: Iterable[tuple[str, Replay]], proposed: Program, current: Program | None
) -> None:
    new, old = Clocks.of(proposed.escalation), Clocks.of(current.escalation if current else {})
    for person, replay in people:
        counted.person(person, replay.run(), new, old)


# --- in two processes: Python judges on one core at a time ---

_HERE: dict[str, Any] = {}


def _in_processes(service: Service, task: _Task, parts: Sequence[Sequence[Enrolment]]) -> Iterator[Counted]:
    count = max(1, min(_PROCESSES, cpu_count() or 1))
    with ProcessPoolExecutor(count, get_context("spawn"), _begin, (service.settings, task)) as pool:
        yield from pool.map(_count_here, [[row.id for row in part] for part in parts])


def _begin(settings: Settings, task: _Task) -> None:
    use_folder(settings.content_root / "red_flags")
    _HERE["task"] = task
    _HERE["db"] = Database(settings.database_url, Keyring(settings.field_keys, settings.index_keys), pool_size=1)


def _count_here(enrolment_ids: Sequence[str]) -> Counted:
    db, task = _HERE["db"], _HERE["task"]
    with db.reading(site_scope(task.site_id)) as session:
        enrolments = [program_store.get_enrolment(session, enrolment_id=id) for id in enrolment_ids]
    return _count(db, task, enrolments)
