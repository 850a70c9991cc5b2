"""Calls on published programs and questionnaires."""

from typing import Any

from app.api.calls import Calls
from app.api.content_schemas import ProgramOut, QuestionnaireOut
from app.api.context import service, site_id
from app.api.lists import ListQuery, list_of, listed, where
from app.questionnaires.definition import Questionnaire
from app.reports.api_lists.content import ProgramRow, QuestionnaireRow, list_programs, list_questionnaires

content = Calls("content", __name__, "What is asked and when: published programs and questionnaires.")


@content.call("GET", "/programs", needs="read", query=ListQuery, answer=list_of(ProgramOut))
def find_programs(query: dict[str, Any]) -> Any:
    """List published programs with their versions, newest first."""
    page = list_programs(service().db, site_id=site_id(), **where(query))
    return {**listed(page), "items": [_program(row) for row in page.items]}


@content.call("GET", "/questionnaires", needs="read", query=ListQuery, answer=list_of(QuestionnaireOut))
def find_questionnaires(query: dict[str, Any]) -> Any:
    """List published questionnaires with their versions and questions, newest first."""
    page = list_questionnaires(service().db, site_id=site_id(), **where(query))
    return {**listed(page), "items": [_questionnaire(row) for row in page.items]}


def _program(row: ProgramRow) -> dict[str, Any]:
    return {
        "id": row.id, "name": row.name, "version": row.version, "current": row.current,
        "published_at": row.published_at, "check_ins": row.definition["check_ins"],
    }  # fmt: skip


def _questionnaire(row: QuestionnaireRow) -> dict[str, Any]:
    definition = Questionnaire.from_mapping(row.definition)
    return {
        "id": row.id, "name": row.name, "url": row.url, "version": row.version, "published_at": row.published_at,
        "license": definition.license, "title": definition.title, "items": definition.items,
    }  # fmt: skip
