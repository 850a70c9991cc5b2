"""A response from another system is judged by the same rules; an old one pages nobody."""

from datetime import timedelta

import pytest

from app.errors import NotFound, Rejected
from app.workflows.record_response import ResponseGiven, record_response
from tests.factories import AGENT, NORA, create_patient, create_site
from tests.world import Clinic


def record(clinic: Clinic, patient_id: str, answers: dict[str, object], **given: object) -> str:
    said = {"authored_at": clinic.clock.now(), **given}
    result = record_response(
        clinic.service, site_id=clinic.site_id, patient_id=patient_id, agent=AGENT,
        given=ResponseGiven(answers=answers, **said),  # type: ignore[arg-type]
    )  # fmt: skip
    clinic.tick()
    return result


def test_a_fresh_one_pages_like_any_other(clinic: Clinic, ana: str) -> None:
    record(clinic, ana, {"pain": 8, "tiredness": None})
    assert clinic.alert().tier == "red"
    clinic.gateway.expect(NORA, "RED")
    assert clinic.answers() == {"pain": 8, "tiredness": None}


@pytest.mark.parametrize(("age", "historical"), [(timedelta(hours=48, seconds=1), False), (timedelta(hours=1), True)])
def test_an_old_one_is_kept_and_judged_and_texts_nobody(
    clinic: Clinic, ana: str, age: timedelta, historical: bool
) -> None:
    record(clinic, ana, {"pain": 9}, authored_at=clinic.clock.now() - age, historical=historical)
    assert (clinic.alert().tier, clinic.alert().subject) == ("watch", "self:pain")
    clinic.gateway.nothing_unexpected()


def test_an_old_one_does_not_calm_or_page_an_open_alert(clinic: Clinic, ana: str) -> None:
    record(clinic, ana, {"pain": 8})
    clinic.gateway.expect(NORA)
    clinic.text(NORA, clinic.alert().code)
    clinic.gateway.expect(NORA)
    record(clinic, ana, {"pain": 9}, historical=True)
    seen = clinic.alert()
    assert (seen.tier, seen.status, len(seen.happened("evidence"))) == ("red", "acknowledged", 1)


def test_exactly_two_days_old_is_still_fresh(clinic: Clinic, ana: str) -> None:
    record(clinic, ana, {"pain": 8}, authored_at=clinic.clock.now() - timedelta(hours=48))
    assert clinic.alert().tier == "red"
    clinic.gateway.expect(NORA)


def test_what_is_from_the_future_is_refused(clinic: Clinic, ana: str) -> None:
    with pytest.raises(Rejected) as refused:
        record(clinic, ana, {"pain": 1}, authored_at=clinic.clock.now() + timedelta(minutes=5, seconds=1))
    assert list(refused.value.problems) == ["authored_at"]
    assert clinic.responses() == []


def test_every_wrong_answer_is_named_and_nothing_is_kept(clinic: Clinic, ana: str) -> None:
    with pytest.raises(Rejected) as refused:
        record(clinic, ana, {"pain": 11, "moon": 3, "fever": 7, "tiredness": True, "nausea": 2})
    assert sorted(refused.value.problems) == [f"answers.{n}" for n in ("fever", "moon", "pain", "tiredness")]
    assert clinic.responses() == []


def test_the_past_that_a_rise_is_measured_against_is_what_came_before_it(clinic: Clinic, ana: str) -> None:
    now = clinic.clock.now()
    record(clinic, ana, {"pain": 2}, authored_at=now - timedelta(hours=3))
    record(clinic, ana, {"pain": 6}, authored_at=now)
    assert clinic.alert().subject == "self:pain"
    record(clinic, ana, {"pain": 5}, authored_at=now - timedelta(hours=2))  # came late, and is a rise, too
    assert len(clinic.alert().happened("evidence")) == 1
    clinic.gateway.ignore_the_rest()


def test_a_patient_of_another_clinic_does_not_exist(clinic: Clinic) -> None:
    other = create_site(clinic.service, code="lakeside")
    anita = create_patient(clinic.service, site_id=other)
    with pytest.raises(NotFound):
        record(clinic, anita, {"pain": 8})
    clinic.gateway.ignore_the_rest()


def test_a_patient_without_a_program_has_nothing_to_answer(clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id, program=None)
    with pytest.raises(Rejected, match="not enrolled"):
        record(clinic, patient_id, {"pain": 8})
    clinic.tick()
    clinic.gateway.ignore_the_rest()
