"""Published programs and questionnaires with their versions, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.db import Database, site_scope
from app.reports.api_lists.paging import Page, Position, cut, newest_first
from app.tables import PublishedProgram, PublishedQuestionnaire, SiteProgram


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """One version of a program. ``current``: new enrolments of the site follow this version."""

    id: str
    name: str
    version: str
    current: bool
    published_at: datetime
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QuestionnaireRow:
    """One version of a questionnaire."""

    id: str
    name: str
    url: str
    version: str
    published_at: datetime
    definition: Mapping[str, Any]


def list_programs(db: Database, *, site_id: str, after: Position | None = None, limit: int = 50) -> Page[ProgramRow]:
    """Every published version of every program."""
    table = PublishedProgram
    with db.reading(site_scope(site_id)) as session:
        current = set(session.scalars(select(SiteProgram.program_id)))
        statement = newest_first(select(table), table.published_at, table.id, after=after, limit=limit)
        rows = [
            ProgramRow(p.id, p.name, p.version, p.id in current, p.published_at, p.definition)
            for p in session.scalars(statement)
        ]
        return cut([(Position(row.published_at, row.id), row) for row in rows], limit)


def list_questionnaires(
    db: Database, *, site_id: str, after: Position | None = None, limit: int = 50
) -> Page[QuestionnaireRow]:
    """Every published version of every questionnaire."""
    table = PublishedQuestionnaire
    with db.reading(site_scope(site_id)) as session:
        statement = newest_first(select(table), table.published_at, table.id, after=after, limit=limit)
        rows = [
            QuestionnaireRow(q.id, q.name, q.url, q.version, q.published_at, q.definition)
            for q in session.scalars(statement)
        ]
        return cut([(Position(row.published_at, row.id), row) for row in rows], limit)
