"""What is expected of somebody calls nobody, until it gets worse, is urgent, or its time is over."""

from datetime import timedelta

import pytest

from app.alerts.models import Snooze
from app.errors import Conflict, Rejected
from app.workflows.snooze_alert import SnoozeGiven, end_snooze, snooze_alert
from tests.factories import AGENT, ANA
from tests.workflows.moderate import close, enrolled, open_alerts, say
from tests.world import AlertSeen, Clinic

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""


@pytest.fixture
def alert(clinic: Clinic) -> AlertSeen:
    """The amber alert that Ana's pain of 6 raised."""
    say(clinic, enrolled(clinic), "6 0 0")
    return clinic.alert(subject="self:pain")


def snooze(clinic: Clinic, alert: AlertSeen, expected: float | None = 6, **given: object) -> str:
    said = {"reason": "Known bone pain, plan agreed", "days": 14} | given
    return snooze_alert(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, agent=AGENT,
        given=SnoozeGiven(expected=expected, **said),  # type: ignore[arg-type]
    )  # fmt: skip


def next_day(clinic: Clinic, alert: AlertSeen, numbers: str) -> list[tuple[str, str]]:
    """What is open after Ana's answers of the next day."""
    clinic.later(days=1)
    say(clinic, alert.patient_id or "", numbers)
    return open_alerts(clinic)


def test_what_is_expected_stays_quiet_until_it_is_worse(clinic: Clinic, alert: AlertSeen) -> None:
    snooze(clinic, alert)
    close(clinic, alert)
    assert next_day(clinic, alert, "6 0 0") == []
    (kept,) = clinic.responses()[-1].findings or []
    assert (kept["rule"], kept["held_back"]) == ("pain-moderate", True)
    assert next_day(clinic, alert, "8 0 0") == [("self:pain", "red")]


@on_sqlite
def test_a_red_that_was_answered_can_be_expected_and_is_counted_once(clinic: Clinic) -> None:
    say(clinic, enrolled(clinic), "8 0 0")
    alert = clinic.alert()
    snooze(clinic, alert, 8)
    close(clinic, alert)
    assert next_day(clinic, alert, "8 0 0") == []
    assert [row.held_back for row in clinic.rows(Snooze)] == [1], "each further answer judges the check-in again"
    assert next_day(clinic, alert, "9 0 0") == [("self:pain", "red")]


@on_sqlite
def test_red_flag_words_break_through(clinic: Clinic, alert: AlertSeen) -> None:
    snooze(clinic, alert)
    close(clinic, alert)
    assert ("words:chest_pain", "red") in next_day(clinic, alert, "6 0 0 and I have chest pain")


@on_sqlite
def test_it_ends_by_itself_and_by_hand(clinic: Clinic, alert: AlertSeen) -> None:
    snooze(clinic, alert, days=1)
    close(clinic, alert)
    assert next_day(clinic, alert, "6 0 0") == [("self:pain", "amber")], "its time is over"
    again = clinic.alert(status="triggered")
    snooze(clinic, again)
    close(clinic, again)
    for _ in range(2):  # ending it twice is ending it
        end_snooze(clinic.service, site_id=clinic.site_id, alert_id=again.id, agent=AGENT)
    assert next_day(clinic, alert, "6 0 0") == [("self:pain", "amber")], "somebody ended it"
    assert len(clinic.alert(id=again.id).happened("snooze_ended")) == 1


def test_a_new_one_takes_the_place_of_the_one_before(clinic: Clinic, alert: AlertSeen) -> None:
    snooze(clinic, alert, 4)
    clinic.clock.advance(hours=1)
    snooze(clinic, alert, 6)
    rows = sorted(clinic.rows(Snooze), key=lambda row: row.starts_at)
    assert [(row.expected, row.ended_at) for row in rows] == [(4, clinic.clock.now()), (6, None)]
    assert clinic.alert().happened("snoozed")[0].startswith("Expected 4 until ")


def test_what_cannot_be_expected_is_refused(clinic: Clinic, alert: AlertSeen) -> None:
    now = clinic.clock.now()
    for given, field in (
        ({"expected": None}, "expected"),
        ({"expected": 11}, "expected"),
        ({"expected": -1}, "expected"),
        ({"expected": float("nan")}, "expected"),
        ({"expected": 9}, "expected"),
        ({"expected": 7}, "expected"),  # the answer was 6
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"days": 31}, "days"),
        ({"days": 0}, "days"),
        ({"days": None}, "days"),
        ({"ends_at": now}, "until"),
        ({"ends_at": now + timedelta(days=30, seconds=1)}, "until"),
    ):
        with pytest.raises(Rejected) as refused:
            snooze(clinic, alert, **given)
        assert list(refused.value.problems) == [field], given
    assert not clinic.rows(Snooze)
    snooze(clinic, alert, days=None, ends_at=now + timedelta(days=30))


def test_only_a_symptom_with_a_number_can_be_expected(clinic: Clinic) -> None:
    ana = enrolled(clinic)
    clinic.ask(ana)
    clinic.text(ANA, "0 0 0 chest pain")
    while not clinic.alerts(subject="self:fever"):
        asked = clinic.checkins(patient_id=ana, status="started")[0].asked
        clinic.text(ANA, " ".join("1" if item == "fever" else "0" for item in asked))
    clinic.gateway.ignore_the_rest()
    for subject in ("words:chest_pain", "self:fever"):
        with pytest.raises(Conflict, match="number"):
            snooze(clinic, clinic.alert(subject=subject), 1)
