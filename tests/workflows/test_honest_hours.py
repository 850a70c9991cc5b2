"""What is said after a red answer is true at that clinic at that hour, and the right team is called."""

from datetime import datetime, timedelta

import pytest

from app.patients.models import Patient
from app.staff.models import Practitioner, Site
from app.workflows.issue_checkins import issue_checkin
from app.workflows.plan_rotations import RotationDetails, add_rotation
from app.workflows.plan_shifts import add_schedule
from app.workflows.submit_form import Form, save_answer
from tests.factories import AGENT, ANA, NEW_YORK, NORA, OMAR, ROSA, SWITCHBOARD, TESS, create_patient, create_shift
from tests.world import Clinic

HOSPICE = "+15550100277"
UNCOVERED = "No nurse is on shift right now"


@pytest.fixture
def ana(unstaffed: Clinic) -> str:
    """Ana, registered and welcomed, at a clinic where nobody is on call."""
    patient_id = create_patient(unstaffed.service, site_id=unstaffed.site_id)
    unstaffed.hurry()
    unstaffed.gateway.expect(ANA, "welcome")
    return patient_id


@pytest.fixture
def comfort(unstaffed: Clinic, ana: str) -> str:
    """The same, with comfort as what her care is for, and a hospice with a number; its rota's id."""
    unstaffed.damage(Patient, {"id": ana}, intent="comfort")
    unstaffed.damage(Site, comfort_phone=HOSPICE)
    return add_schedule(
        unstaffed.service, site_id=unstaffed.site_id, name="Hospice", time_zone=NEW_YORK, agent=AGENT, team="comfort"
    )


def said(clinic: Clinic, *, when: str = "tue 02:00", text: str = "I have chest pain") -> str:
    """What Ana is told at once about chest pain at night."""
    clinic.at(when)
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, text)
    return clinic.gateway.expect(ANA).body


# --- at two in the morning ---


def test_with_a_nurse_on_shift_a_time_is_named(unstaffed: Clinic, ana: str) -> None:
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.nora)
    words = said(unstaffed)
    assert "We have alerted the nurse on shift, who will contact you by 04:00." in words
    unstaffed.gateway.expect(NORA, "RED")


def test_without_one_whom_to_call(unstaffed: Clinic, ana: str) -> None:
    words = said(unstaffed)
    assert UNCOVERED in words and "please call (555) 010-0297" in words and "04:00" not in words
    unstaffed.gateway.expect(SWITCHBOARD, "RED")


def test_a_shift_that_ends_before_the_time_promises_nothing(unstaffed: Clinic, ana: str) -> None:
    three = datetime.fromisoformat("2026-03-03T03:00:00-05:00")
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.nora, ends_at=three)
    assert "We have alerted the nurse on shift, but cannot say when" in said(unstaffed)
    unstaffed.gateway.expect(NORA, "RED")


def test_a_severe_number_not_understood_is_answered_as_the_page_that_it_is(unstaffed: Clinic, ana: str) -> None:
    unstaffed.ask(ana)
    unstaffed.text(ANA, "70")
    unstaffed.text(ANA, "8 or 9")
    assert unstaffed.alert(kind="review").tier == "red"
    told = [sent.body for sent in unstaffed.gateway.departures if sent.recipient == ANA][-1]
    assert UNCOVERED in told and "clinic hours" not in told
    unstaffed.gateway.ignore_the_rest()


def test_a_nurse_whose_telephone_takes_no_pages_promises_nothing(unstaffed: Clinic, ana: str) -> None:
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.nora)
    unstaffed.damage(Practitioner, {"id": unstaffed.nora}, phone_status="stopped")
    assert UNCOVERED in said(unstaffed)
    unstaffed.gateway.expect(SWITCHBOARD, "RED")


@pytest.mark.parametrize(
    ("night", "asked", "by"),
    [
        ("2026-03-08", "sun 01:30", "04:30"),  # the clocks jump from two to three
        ("2026-11-01", "sun 00:30", "01:30"),  # one o'clock comes twice: two hours later it is half past one again
    ],
)
def test_the_night_on_which_the_clocks_change(unstaffed: Clinic, night: str, asked: str, by: str) -> None:
    service, site_id = unstaffed.service, unstaffed.site_id
    rota = add_schedule(service, site_id=site_id, name="Nights", time_zone=NEW_YORK, agent=AGENT)
    starts_on = datetime.fromisoformat(night).date() - timedelta(days=1)
    turns = RotationDetails(
        role="on_call", members=[unstaffed.nora, unstaffed.omar], starts_on=starts_on, hand_over_at="02:15", turn_days=1
    )
    add_rotation(service, site_id=site_id, schedule_id=rota, details=turns, agent=AGENT)
    unstaffed.clock.set(datetime.fromisoformat(f"{starts_on}T12:00:00-05:00"))
    create_patient(service, site_id=site_id, program=None)
    words = said(unstaffed, when=asked)
    assert f"who will contact you by {by}." in words
    unstaffed.gateway.expect(NORA, "RED")


# --- comfort ---


def test_comfort_care_calls_its_own_team(unstaffed: Clinic, comfort: str) -> None:
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.nora)
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.tess, schedule_id=comfort)
    words = said(unstaffed)
    assert "Your team knows and will be in touch by 04:00." in words and "(555) 010-0277" in words
    assert "911" not in words and "emergency" not in words.lower() and "nurse on shift" not in words
    unstaffed.gateway.expect(TESS, "RED")
    unstaffed.text(TESS, unstaffed.alert().code)
    unstaffed.gateway.expect(TESS, "is yours")
    seen = unstaffed.gateway.expect(ANA, "Tess at Riverside Clinic has seen what you wrote").body
    assert "(555) 010-0277" in seen and "911" not in seen


def test_where_the_comfort_team_has_nobody_the_clinic_is_called(unstaffed: Clinic, comfort: str) -> None:
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.nora)
    words = said(unstaffed)
    assert "will be in touch by 04:00" in words and "(555) 010-0277" in words
    unstaffed.gateway.expect(NORA, "RED")


def test_nothing_that_she_reads_sends_her_elsewhere(unstaffed: Clinic, comfort: str) -> None:
    before = len(unstaffed.gateway.departures)
    unstaffed.ask(unstaffed.rows(Patient)[0].id)
    unstaffed.text(ANA, "4 1 1")
    unstaffed.finish(unstaffed.rows(Patient)[0].id)
    for word in ("HELP", "a question about my pills", "PAUSE", "LINK"):
        unstaffed.text(ANA, word)
    told = [sent.body for sent in unstaffed.gateway.departures[before:] if sent.recipient == ANA]
    assert len(told) > 6 and not [body for body in told if "911" in body]
    assert [body for body in told if "n an emergency call (555) 010-0277" in body]
    unstaffed.gateway.ignore_the_rest()


def test_where_nobody_at_all_is_there_she_is_told_to_call_her_team(unstaffed: Clinic, comfort: str) -> None:
    words = said(unstaffed)
    assert "Please call your team now" in words and "(555) 010-0277" in words and "911" not in words
    unstaffed.gateway.expect(SWITCHBOARD, "RED")


def test_without_a_number_of_the_team_the_usual_words_are_said(unstaffed: Clinic, comfort: str) -> None:
    unstaffed.damage(Site, comfort_phone=None)
    assert UNCOVERED in said(unstaffed)
    unstaffed.gateway.expect(SWITCHBOARD, "RED")


def test_who_wants_to_die_is_told_the_same_whatever_their_care_is_for(unstaffed: Clinic, comfort: str) -> None:
    assert "988" in said(unstaffed, text="I want to die")
    unstaffed.gateway.expect(SWITCHBOARD, "RED")


def test_the_backup_is_the_clinics_where_the_comfort_team_has_none(unstaffed: Clinic, comfort: str) -> None:
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.omar, role="backup")
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.tess, schedule_id=comfort)
    said(unstaffed)
    unstaffed.gateway.expect(TESS, "RED")
    unstaffed.later(minutes=15)
    unstaffed.gateway.expect(OMAR, "RED")


def test_everybody_else_is_helped_by_the_clinic(unstaffed: Clinic, comfort: str) -> None:
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.nora)
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.tess, schedule_id=comfort)
    create_patient(unstaffed.service, site_id=unstaffed.site_id, given_name="Ben", phone=ROSA)
    unstaffed.hurry()
    unstaffed.gateway.ignore_the_rest()
    unstaffed.text(ROSA, "I have chest pain")
    assert "We have alerted the nurse on shift" in unstaffed.gateway.expect(ROSA).body
    unstaffed.gateway.expect(NORA, "RED")


@pytest.mark.parametrize("number", [HOSPICE, None])
def test_the_form_names_the_number_of_her_own_team(
    unstaffed: Clinic, ana: str, comfort: str, number: str | None
) -> None:
    unstaffed.damage(Site, comfort_phone=number)
    create_shift(unstaffed.service, site_id=unstaffed.site_id, staff=unstaffed.tess, schedule_id=comfort)
    form = red_form(unstaffed, ana)
    assert form.urgent and form.call_by == "12:00"
    assert form.site_words["comfort_phone"] == (number or "")
    unstaffed.gateway.ignore_the_rest()


def red_form(clinic: Clinic, patient_id: str) -> Form:
    """The form after a red answer at ten in the morning."""
    issue_checkin(clinic.service, site_id=clinic.site_id, patient_id=patient_id, name="daily", agent=AGENT)
    clinic.hurry()
    link = next(d.body for d in clinic.gateway.departures if "/c/" in d.body)
    return save_answer(clinic.service, link.partition("/c/")[2].split()[0].rstrip("."), "pain", "9")
