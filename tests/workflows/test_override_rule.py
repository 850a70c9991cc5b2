"""A rule that holds otherwise for one person or a site: judged so, recorded so, and as published again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app.alerts.models import Alert, RuleOverride
from app.audit.models import AuditEvent
from app.errors import NotFound, Rejected
from app.reports.drift import read_drift
from app.workflows.override_rule import OverrideGiven, end_override, override_rule
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from tests.factories import AGENT, create_site
from tests.workflows.moderate import PROGRAM, RULES, close, enrolled, open_alerts, say
from tests.world import Clinic


def override(clinic: Clinic, rule: str = "pain-moderate", **given: Any) -> str:
    said: dict[str, Any] = {"reason": "Agreed with her", "program": PROGRAM} | given
    if said.get("muted") and said.get("patient_id"):
        said.setdefault("ends_at", clinic.clock.now() + timedelta(days=7))
    return override_rule(clinic.service, site_id=clinic.site_id, agent=AGENT, given=OverrideGiven(rule=rule, **said))


def test_a_persons_own_threshold_is_used_and_named_until_it_ends(clinic: Clinic) -> None:
    ana = enrolled(clinic)
    own = override(clinic, patient_id=ana, program=None, change={"at_least": 5})
    say(clinic, ana, "4 0 0")
    assert open_alerts(clinic) == []
    clinic.later(days=1)
    say(clinic, ana, "5 0 0")
    alert = clinic.alert()
    assert clinic.rows(Alert)[0].program_version == "moderate 1 + own thresholds"
    close(clinic, alert)
    end_override(clinic.service, site_id=clinic.site_id, override_id=own, agent=AGENT)
    clinic.later(days=1)
    say(clinic, ana, "4 0 0")
    assert open_alerts(clinic) == [("self:pain", "amber")]
    assert {row.program_version for row in clinic.rows(Alert, status="triggered")} == {"moderate 1"}


def test_a_muted_rule_is_silent_until_its_end(clinic: Clinic) -> None:
    ana = enrolled(clinic)
    override(clinic, patient_id=ana, muted=True)
    say(clinic, ana, "6 0 0")
    assert open_alerts(clinic) == []
    clinic.later(days=7)
    say(clinic, ana, "6 0 0")
    assert open_alerts(clinic) == [("self:pain", "amber")]


def test_each_change_is_a_new_version_and_the_one_before_is_ended(clinic: Clinic) -> None:
    ana = enrolled(clinic)
    for level in (5, 6):
        override(clinic, patient_id=ana, change={"at_least": level})
        clinic.clock.advance(hours=1)
    rows = sorted(clinic.rows(RuleOverride), key=lambda row: row.version)
    assert [(row.version, row.change, row.ended_by) for row in rows] == [
        (1, {"at_least": 5}, AGENT), (2, {"at_least": 6}, None),
    ]  # fmt: skip
    assert len(clinic.rows(AuditEvent, entity="rule_override")) == 2


def test_what_must_call_somebody_cannot_be_taken_away(clinic: Clinic) -> None:
    ana = enrolled(clinic)
    for rule, given, field in (
        ("words", {"muted": True}, "rule"),
        ("pain-severe", {"muted": True}, "muted"),
        ("pain-severe", {"change": {"at_least": 10}}, "change"),
        ("fever", {"muted": True, "patient_id": None, "ends_at": None}, "muted"),
        ("pain-moderate", {"change": {"rises_by": 3}}, "change"),
        ("pain-moderate", {"muted": True, "ends_at": clinic.clock.now() + timedelta(days=31)}, "ends_at"),
        ("pain-moderate", {"change": {"at_least": 5}, "reason": " "}, "reason"),
        ("pain-moderate", {"change": {"at_least": 5}, "program": "other"}, "program"),
        ("nothing", {"muted": True}, "rule"),
    ):
        with pytest.raises(Rejected) as refused:
            override(clinic, rule, **{"patient_id": ana, **given})
        assert list(refused.value.problems) == [field], (rule, given)
    assert not clinic.rows(RuleOverride)
    override(clinic, "pain-severe", patient_id=ana, change={"at_least": 9})


def test_a_sites_own_is_checked_with_what_each_patient_has_of_their_own(clinic: Clinic) -> None:
    very = {"id": "pain-very-severe", "tier": "red", "when": {"item": "pain", "at_least": 8}}
    ana = enrolled(clinic, [*RULES, very])
    override(clinic, "pain-severe", change={"at_least": 10})
    override(clinic, "pain-severe", change={"at_least": 7})
    override(clinic, "pain-very-severe", patient_id=ana, muted=True)
    with pytest.raises(Rejected, match="A pain of 9 would no longer be red"):
        override(clinic, "pain-severe", change={"at_least": 10})
    assert [row.change for row in clinic.rows(RuleOverride, patient_id=None, ended_at=None)] == [{"at_least": 7}]


def test_two_administrators_at_once_leave_one_in_force(clinic: Clinic) -> None:
    enrolled(clinic)
    begin = threading.Barrier(4)

    def change(level: int) -> None:
        begin.wait()
        override(clinic, change={"at_least": level})

    with ThreadPoolExecutor(4) as administrators:
        list(administrators.map(change, (4, 5, 6, 4)))
    rows = clinic.rows(RuleOverride)
    assert sorted(row.version for row in rows) == [1, 2, 3, 4]
    assert [row.version for row in rows if row.ended_at is None] == [4]


def test_a_sites_own_holds_for_everybody_there_and_shows_in_the_drift(clinic: Clinic) -> None:
    ana = enrolled(clinic)
    site = override(clinic, change={"at_least": 6})
    override(clinic, "two-missed", patient_id=ana, muted=True)
    say(clinic, ana, "5 0 0")
    assert open_alerts(clinic) == []
    drift = read_drift(clinic.db, site_id=clinic.site_id, now=clinic.clock.now())
    assert [(r.rule, r.standard, r.site.change if r.site else None, r.patients) for r in drift.rules] == [
        ("pain-moderate", {"at_least": 4, "at_most": 6}, {"at_least": 6}, 0),
        ("two-missed", {"missed_in_a_row": 2}, None, 1),
    ]
    other = create_site(clinic.service, code="lakeside")
    assert not read_drift(clinic.db, site_id=other, now=clinic.clock.now()).rules
    with pytest.raises(NotFound):
        end_override(clinic.service, site_id=other, override_id=site, agent=AGENT)


def test_not_useful_is_counted_by_rule_and_why(clinic: Clinic) -> None:
    ana = enrolled(clinic)
    for because in (None, "threshold_too_low"):
        say(clinic, ana, "5 0 0")
        resolve_alert(
            clinic.service, site_id=clinic.site_id, alert_id=clinic.alert(status="triggered").id, agent=AGENT,
            practitioner_id=clinic.nora,
            given=ResolutionGiven(outcome="not_useful", reason="She knows", because=because),
        )  # fmt: skip
        clinic.later(days=1)
    (use,) = read_drift(clinic.db, site_id=clinic.site_id, now=clinic.clock.now()).use
    assert (use.rule, use.closed, use.not_useful) == ("pain-moderate", 2, 2)
    assert use.because == {"other": 1, "threshold_too_low": 1}
