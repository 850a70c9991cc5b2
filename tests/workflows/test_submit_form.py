"""The form behind a link: one second fact, the same rules as by text, and twice is once."""

import pytest

from app.errors import Conflict, NotFound, Rejected
from app.patients.models import ContactPoint
from app.workflows.submit_form import check_second_fact, look_at_link, read_form, save_answer, submit_form
from tests.factories import ANA, NORA, ROSA, create_related_person
from tests.world import Clinic

CALM = {
    "pain": "1", "breathlessness": "1", "tiredness": "1", "nausea": "0", "appetite": "0", "sleep": "0", "worry": "0",
    "low_mood": "0", "constipation": "0", "fever": "2", "function": "1",
}  # fmt: skip


@pytest.fixture
def link(clinic: Clinic, ana: str) -> str:
    """The secret of the link in Ana's invitation."""
    clinic.ask(ana)
    return clinic.gateway.expect(ANA).body.rsplit("/c/", 1)[1]


def fill(clinic: Clinic, link: str, **answers: str) -> None:
    for link_id, value in {**CALM, **answers}.items():
        save_answer(clinic.service, link, link_id, value)
    clinic.tick()


def test_looking_changes_nothing_and_shows_nothing_personal(clinic: Clinic, link: str) -> None:
    seen = look_at_link(clinic.service, link)
    assert (seen.clinic, seen.language, seen.fact, seen.paused) == ("Riverside Clinic", "en", "year", False)
    assert clinic.checkins()[0].status == "issued"


def test_the_second_fact_is_the_birth_year(clinic: Clinic, link: str) -> None:
    assert not check_second_fact(clinic.service, link, "1956")
    assert check_second_fact(clinic.service, link, " 1955 ")
    assert check_second_fact(clinic.service, link, "١٩٥٥"), "digits of any script"


def test_five_wrong_facts_pause_the_link_and_tell_the_team(clinic: Clinic, link: str) -> None:
    for year in range(1960, 1965):
        assert not check_second_fact(clinic.service, link, str(year))
    with pytest.raises(Conflict, match="15 minutes"):
        check_second_fact(clinic.service, link, "1955")
    assert look_at_link(clinic.service, link).paused
    assert (clinic.alert().kind, clinic.alert().tier) == ("contact", "watch")
    clinic.clock.advance(minutes=15)
    assert check_second_fact(clinic.service, link, "1955")


def test_a_right_fact_forgets_the_wrong_ones(clinic: Clinic, link: str) -> None:
    for _ in range(3):
        for _ in range(4):
            assert not check_second_fact(clinic.service, link, "1960")
        assert check_second_fact(clinic.service, link, "1955")
    assert clinic.alerts() == []


def test_a_caregivers_second_fact_is_her_own(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana, birth_year=None, pin="2468")
    clinic.ask(ana, "caregiver")
    link = clinic.gateway.expect(ROSA, "how has Ana been").body.split("/c/")[1].split()[0]
    assert look_at_link(clinic.service, link).fact == "pin"
    assert not check_second_fact(clinic.service, link, "1955")
    assert check_second_fact(clinic.service, link, "2468")
    save_answer(clinic.service, link, "pain", "8")
    assert clinic.alert().subject == "proxy:pain"
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_a_red_answer_pages_before_the_form_is_finished(clinic: Clinic, link: str) -> None:
    form = save_answer(clinic.service, link, "pain", "8")
    assert form.urgent and form.call_by == "12:00" and not form.finished
    clinic.tick()
    clinic.gateway.expect(NORA, "RED")


def test_the_same_answer_twice_is_one(clinic: Clinic, link: str) -> None:
    for _ in range(2):
        save_answer(clinic.service, link, "pain", "8")
    assert clinic.alert().happened("evidence") == []
    clinic.tick()
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.nothing_unexpected()


def test_an_answer_can_be_corrected(clinic: Clinic, link: str) -> None:
    save_answer(clinic.service, link, "pain", "3")
    save_answer(clinic.service, link, "pain", "2")
    assert clinic.answers() == {"pain": 2}
    save_answer(clinic.service, link, "pain", None)
    assert clinic.answers() == {"pain": None}


def test_finishing_twice_is_one_result(clinic: Clinic, link: str) -> None:
    fill(clinic, link, tiredness="8", urgency="3")
    first = submit_form(clinic.service, link)
    again = submit_form(clinic.service, link)
    assert first.finished and again.finished
    assert [(a.subject, a.happened("evidence")) for a in clinic.alerts()] == [("self:tiredness", [])]
    assert [(r.status, r.channel) for r in clinic.responses()] == [("completed", "web")]
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_a_form_with_questions_left_is_not_finished(clinic: Clinic, link: str) -> None:
    save_answer(clinic.service, link, "pain", "1")
    with pytest.raises(Rejected, match="left to answer"):
        submit_form(clinic.service, link)


def test_a_finished_form_takes_no_more_and_its_link_is_used_up(clinic: Clinic, link: str) -> None:
    fill(clinic, link)
    submit_form(clinic.service, link)
    with pytest.raises((NotFound, Conflict)):
        save_answer(clinic.service, link, "pain", "9")
    with pytest.raises(NotFound):
        look_at_link(clinic.service, link)
    assert read_form(clinic.service, link).finished
    clinic.at("14:00")
    clinic.gateway.nothing_unexpected()  # no reminder


@pytest.mark.parametrize("value", ["11", "3.5", "nan", "many"])
def test_a_value_that_the_question_does_not_take_is_refused(clinic: Clinic, link: str, value: str) -> None:
    with pytest.raises(Rejected):
        save_answer(clinic.service, link, "pain", value)
    assert clinic.answers() == {}


def test_a_link_lives_a_day_longer_than_its_window(clinic: Clinic, link: str) -> None:
    clinic.clock.advance(hours=43, minutes=59)
    clinic.tick()
    save_answer(clinic.service, link, "pain", "2")
    assert clinic.responses()[0].late
    clinic.clock.advance(minutes=1)
    for use in (look_at_link, read_form, submit_form):
        with pytest.raises(NotFound):
            use(clinic.service, link)
    clinic.gateway.ignore_the_rest()


def test_a_link_dies_with_consent(clinic: Clinic, link: str) -> None:
    clinic.text(ANA, "STOP")
    with pytest.raises(NotFound):
        look_at_link(clinic.service, link)
    clinic.gateway.ignore_the_rest()


def test_form_and_texts_are_one_dialogue(clinic: Clinic, link: str) -> None:
    save_answer(clinic.service, link, "pain", "1")
    assert clinic.text(ANA, "2 3") == "answer", "two of the three that were asked are left"
    assert clinic.answers() == {"pain": 1, "breathlessness": 2, "tiredness": 3}
    clinic.gateway.ignore_the_rest()


def test_whoever_opens_the_form_has_the_telephone(clinic: Clinic, ana: str) -> None:
    clinic.damage(ContactPoint, status="unconfirmed", asked_again_at=clinic.clock.now())
    clinic.ask(ana)
    said = clinic.gateway.departures[-1].body
    assert "pain" not in said, "nobody knows whose telephone it is: the text asks nothing"
    token = said.rpartition("/c/")[2].split()[0]
    assert not check_second_fact(clinic.service, token, "1912")
    assert clinic.rows(ContactPoint)[0].status == "unconfirmed"
    assert check_second_fact(clinic.service, token, "1955")
    contact = clinic.rows(ContactPoint)[0]
    assert (contact.status, contact.heard_from_at) == ("active", clinic.clock.now())
    clinic.gateway.ignore_the_rest()
