"""A changed program is published only if nurses can answer what it calls them for, or a second person says so."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.checkins.models import PublishedProgram, SiteProgram
from app.content.fingerprint import fingerprint
from app.content.loader import ContentBundle
from app.errors import Conflict, Rejected
from app.staff.models import SignInFailure, Site
from app.workflows.alert_budget import Override
from app.workflows.publish_content import Publishable, publish_content
from app.workflows.record_response import ResponseGiven, record_response
from tests.factories import AGENT, create_practitioner
from tests.world import Clinic

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""

PASSWORD = "four plain words together"


@pytest.fixture
def busy(clinic: Clinic, ana: str) -> Clinic:
    """A clinic of which nurses want no more than one alert in two days, and Ana, who was in pain on three days."""
    for pain in (4, 5, 4):
        given = ResponseGiven(answers={"pain": pain}, authored_at=clinic.clock.now(), check_in="daily")
        record_response(clinic.service, site_id=clinic.site_id, patient_id=ana, given=given, agent=AGENT)
        clinic.clock.advance(days=1)
    clinic.gateway.ignore_the_rest()
    clinic.damage(Site, alert_budget=0.5)
    for name, role in (("Ada Admin", "administrator"), ("Cleo Klein", "clinician"), ("Nick Nurse", "nurse")):
        create_practitioner(clinic.service, site_id=clinic.site_id, name=name, role=role, phone=None, password=PASSWORD)
    return clinic


def proposed(content: ContentBundle, *, at_least: int) -> Publishable:
    """The shipped program in a next version, in which pain from a level on is red."""
    definition = deepcopy(dict(content.programs["advanced-cancer"].data))
    definition["version"] = "next"
    for rule in definition["rules"]:
        if rule["id"] == "pain-severe":
            rule["when"] = {"item": "pain", "at_least": at_least}
            rule["subject"] = "pain"
    # Alerts are taken to be closed within the hour, so that every day counts.
    definition["escalation"]["red"]["resolve_within"] = "PT1H"
    return Publishable("advanced-cancer", definition, fingerprint(definition))


def publish(clinic: Clinic, item: Publishable, override: Override | None = None) -> list[str]:
    return publish_content(clinic.service, instruments=[], programs=[item], agent=AGENT, override=override)


def cleo(**given: str) -> Override:
    said = {
        "publisher": "ada@riverside.example", "email": "cleo@riverside.example", "password": PASSWORD,
        "reason": "A trial month.", **given,
    }  # fmt: skip
    return Override(**said)


def newest(clinic: Clinic) -> Mapping[str, Any] | None:
    """What is kept of the rehearsal of the next version; ``None`` while it is not published."""
    with clinic.reading() as session:
        row = session.scalar(select(PublishedProgram).where(PublishedProgram.version == "next"))
        if row is None:
            return None
        assert session.scalars(select(SiteProgram.program_id)).all() == [row.id]
        return row.rehearsal or {}


def test_what_would_call_nurses_too_often_is_not_published(busy: Clinic, content: ContentBundle) -> None:
    busy.damage(Site, alert_budget=0.15)
    with pytest.raises(Conflict) as refused:
        publish(busy, proposed(content, at_least=4))
    assert "each of 5 nurses 0.2 red and amber alerts a day; the site allows 0.15." in str(refused.value)
    assert newest(busy) is None


def test_what_fits_the_budget_is_published_with_its_figures(busy: Clinic, content: ContentBundle) -> None:
    publish(busy, proposed(content, at_least=9))
    kept = newest(busy)
    assert kept is not None
    figures = kept["sites"]["riverside"]
    assert figures["rehearsed"] and figures["proposed"]["answered"] == 3 and not figures["over_budget"]
    assert "overridden" not in kept


def test_a_second_person_may_let_it_pass_and_is_named(busy: Clinic, content: ContentBundle) -> None:
    busy.damage(Site, alert_budget=0.1)
    publish(busy, proposed(content, at_least=4), cleo())
    kept = newest(busy)
    assert kept is not None and kept["overridden"]["reason"] == "A trial month."
    with busy.reading() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "override_alert_budget")).all()
        assert [event.agent for event in events] == [f"practitioner:{kept['overridden']['by']}"]
    assert kept["overridden"]["published_by"] != kept["overridden"]["by"]


@on_sqlite
def test_nobody_else_can(busy: Clinic, content: ContentBundle) -> None:
    busy.damage(Site, alert_budget=0.1)
    for given, field in (
        ({"email": "ada@riverside.example"}, "override_by"),
        ({"email": "nick@riverside.example"}, "override_by"),
        ({"email": "nobody@riverside.example"}, "override_by"),
        ({"publisher": "nobody@riverside.example"}, "by"),
        ({"reason": " "}, "reason"),
        ({"password": "something else entirely"}, ""),
    ):
        with pytest.raises(Rejected) as refused:
            publish(busy, proposed(content, at_least=4), cleo(**given))
        assert set(refused.value.problems) == {field}
    assert newest(busy) is None
    assert len(busy.rows(SignInFailure)) == 1


def test_a_program_that_nobody_follows_yet_has_nothing_to_replay(clinic: Clinic, content: ContentBundle) -> None:
    clinic.damage(Site, alert_budget=0.0)
    publish(clinic, proposed(content, at_least=0))
    kept = newest(clinic)
    assert kept is not None and kept["sites"] == {"riverside": {"rehearsed": False}}
