"""The form behind a link, as Ana, Rosa and somebody who found the link see it."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.patients.models import Patient
from app.staff.models import Site
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from tests.edges.web.pages import Pages, give_password, link_to, text_of
from tests.factories import AFTER_HOURS, ANA, NORA, ROSA, create_patient, create_related_person
from tests.world import Clinic

OTHERS = ("nausea", "appetite", "sleep", "worry", "low_mood", "constipation", "fever", "function")


@pytest.fixture
def link(clinic: Clinic) -> str:
    """The path of the link in Ana's invitation."""
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=patient_id, language="es")
    clinic.ask(patient_id)
    clinic.ask(patient_id, "caregiver")
    clinic.gateway.ignore_the_rest()
    return link_to(clinic, ANA)


@pytest.fixture
def ana(pages: Pages, link: str) -> Pages:
    """Ana's browser, past the second fact, at the first question."""
    pages.get(link)
    pages.post(link, fact="1955")
    return pages


def question_in(page: str) -> str:
    found = re.search(r'name="link_id" value="(\w+)"', page)
    return found[1] if found else ""


def answer(ana: Pages, link: str, link_id: str, value: str) -> str:
    return ana.post(link, link_id=link_id, value=value, do="next")


def answer_all(ana: Pages, link: str, **values: str) -> str:
    """Answer what is given, skip the rest, up to the page that shows everything."""
    page = ana.get(link)
    while link_id := question_in(page):
        page = (
            answer(ana, link, link_id, values[link_id])
            if link_id in values
            else ana.post(link, link_id=link_id, do="skip")
        )
    return page


def test_before_the_second_fact_only_the_clinic_is_named(pages: Pages, link: str) -> None:
    page = text_of(pages.get(link))
    assert "This is your check-in from Riverside Clinic." in page
    assert "Which year were you born in?" in page
    assert "pain" not in page.lower() and "Ana" not in page


def test_looking_at_a_link_changes_nothing(pages: Pages, link: str, clinic: Clinic) -> None:
    for path in (link, f"{link}?q=pain", f"{link}?q=check"):
        assert "Which year" in pages.get(path)
    assert clinic.responses() == []


def test_nothing_is_taken_in_without_the_second_fact(pages: Pages, link: str, clinic: Clinic) -> None:
    pages.get(link)
    assert "Which year" in pages.post(link, link_id="pain", value="9", do="next")
    assert "Which year" in pages.post(link, do="finish")
    assert clinic.answers() == {} and clinic.alerts() == []


def test_a_wrong_year_is_asked_again_and_five_pause_the_link(pages: Pages, link: str, clinic: Clinic) -> None:
    pages.get(link)
    for _ in range(4):
        assert "does not match" in pages.post(link, status=422, fact="1956")
    assert "Please wait 15 minutes" in pages.post(link, status=422, fact="1956")
    assert "Please wait 15 minutes" in pages.get(link)
    assert "Please wait 15 minutes" in pages.post(link, status=422, fact="1955")
    assert clinic.alert(kind="contact").tier == "watch"
    clinic.clock.advance(minutes=16)
    pages.get(link)
    assert question_in(pages.post(link, fact="1955")) == "pain"
    clinic.gateway.ignore_the_rest()


def test_nothing_typed_is_no_try(pages: Pages, link: str) -> None:
    pages.get(link)
    for _ in range(6):
        assert "Please fill this in." in pages.post(link, status=422, fact=" ")
    assert question_in(pages.post(link, fact="1955")) == "pain"


def test_one_question_a_screen_with_the_ends_in_words(ana: Pages, link: str) -> None:
    page = ana.get(link)
    assert page.count('type="radio"') == 11
    said = text_of(page)
    assert "Question 1 of" in said and "worst imaginable" in said
    assert "How much pain" in said and "short of breath" not in said


def test_the_next_question_comes_and_back_shows_what_was_said(ana: Pages, link: str) -> None:
    page = answer(ana, link, "pain", "3")
    assert question_in(page) == "breathlessness"
    assert 'href="?q=pain"' in page
    assert re.search(r'value="3"[^>]* checked', ana.get(f"{link}?q=pain"))


def test_neither_a_choice_nor_skipping_is_said_kindly(ana: Pages, link: str) -> None:
    page = ana.post(link, status=422, link_id="pain", do="next")
    assert "Choose one answer, or skip this one." in page
    assert question_in(page) == "pain"


@pytest.mark.parametrize("value", ["11", "-1", "3.5", "many", "1e400", "nan"])
def test_an_answer_that_is_none_is_asked_again(ana: Pages, link: str, clinic: Clinic, value: str) -> None:
    assert "Please give a number from 0 to 10." in ana.post(link, status=422, link_id="pain", value=value, do="next")
    assert clinic.answers() == {}


def test_one_resumes_where_one_stopped_on_another_phone(ana: Pages, link: str, app: Flask) -> None:
    answer(ana, link, "pain", "3")
    other = Pages(app)
    other.get(link)
    assert question_in(other.post(link, fact="1955")) == "breathlessness"


def test_what_was_texted_need_not_be_said_again(ana: Pages, link: str, clinic: Clinic) -> None:
    clinic.text(ANA, "2 1 3")
    clinic.gateway.ignore_the_rest()
    assert question_in(ana.get(link)) == "nausea"


def test_a_red_answer_is_told_at_the_top_of_the_next_screen(ana: Pages, link: str, clinic: Clinic) -> None:
    page = answer(ana, link, "pain", "8")
    said = text_of(page)
    assert said.index("Please read this first") < said.index("Question 2 of")
    assert "We have alerted the nurse on shift, who will contact you by 12:00." in said
    assert 'href="tel:911"' in page
    clinic.tick()
    clinic.gateway.expect(NORA, "RED")


def test_comfort_care_is_led_to_its_own_team_and_not_to_an_emergency_number(
    ana: Pages, link: str, clinic: Clinic
) -> None:
    clinic.damage(Patient, intent="comfort")
    clinic.damage(Site, comfort_phone="+15550100277")
    page = answer(ana, link, "pain", "9")
    red = page.partition('class="red-box"')[2].partition("</section>")[0]
    said = text_of(f"<body>{red}")
    assert "Your team knows and will be in touch by 12:00." in said and "(555) 010‑0277" in said.replace(" ", " ")
    assert "911" not in red and "nurse on shift" not in said
    clinic.hurry()
    clinic.gateway.ignore_the_rest()
    give_password(clinic, "nora@riverside.example")
    ana.sign_in("nora@riverside.example")
    told = text_of(ana.get(f"/alerts/{clinic.alert().id}")).partition("they were told")[2].replace("\u2011", "-")
    assert "that their team knows, and to call +1 555-010-0277" in told and "911" not in told.partition("Call")[0]


@pytest.mark.parametrize("clinic", ["nobody on call"], indirect=True)
def test_no_time_is_promised_when_nobody_is_on_shift(ana: Pages, link: str, clinic: Clinic) -> None:
    page = answer(ana, link, "pain", "9")
    assert "No nurse is on shift right now. Please call now" in page
    assert "contact you by" not in page
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_branching_adds_its_question_and_the_count_follows(ana: Pages, link: str) -> None:
    before = text_of(ana.get(link))
    assert "of 12" in before
    assert "of 13" in text_of(answer(ana, link, "pain", "5"))


def test_you_said_can_be_changed_and_is_then_sent(ana: Pages, link: str, clinic: Clinic) -> None:
    page = answer_all(ana, link, pain="2", function="1", free_text="Slept well")
    said = text_of(page)
    assert "You said" in said and "Pain 2" in said and "Time in bed or chair None" in said and "Slept well" in said
    assert "Skipped" in said
    assert "You said" in answer(ana, link, "pain", "1")
    done = text_of(ana.post(link, do="finish"))
    assert "Thank you" in done and "Nurses read this Mon-Fri 8:00-17:00." in done
    assert clinic.answers()["pain"] == 1
    assert [row.status for row in clinic.checkins(status="completed")] == ["completed"]
    assert [alert.tier for alert in clinic.alerts()] == ["watch"]  # her words are for somebody to read


def test_after_an_amber_answer_a_nurse_is_said_to_look(ana: Pages, link: str, clinic: Clinic) -> None:
    answer_all(ana, link, worry="8")
    page = ana.post(link, do="finish")
    assert "We will ask a nurse to look at your answers." in page
    assert "You told us: worry 8." in page, "why, in her own numbers"
    assert f"tel:{AFTER_HOURS[2:]}" in page or f"tel:{AFTER_HOURS}" in page
    assert clinic.alert().tier == "amber"
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_what_was_dealt_with_yesterday_asks_nobody_to_look_today(ana: Pages, link: str, clinic: Clinic) -> None:
    answer_all(ana, link, worry="8")
    ana.post(link, do="finish")
    alert = clinic.alert()
    given = ResolutionGiven(outcome="advised_self_care")
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, agent="test",
        given=given,
    )  # fmt: skip
    clinic.at("tue 10:00")
    clinic.gateway.ignore_the_rest()
    today = link_to(clinic, ANA)
    ana.get(today)
    ana.post(today, fact="1955")
    answer_all(ana, today, worry="8")
    page = ana.post(today, do="finish")
    assert "Thank you" in page and "We will ask a nurse" not in page and "You told us" not in page
    assert clinic.alert().status == "resolved"
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_the_last_page_repeats_what_calls_somebody_worst_first_and_nothing_else(
    ana: Pages, link: str, clinic: Clinic
) -> None:
    answer_all(ana, link, worry="8", pain="9", nausea="2")
    said = re.findall(r"<p>(You told us[^<]*)</p>", ana.post(link, do="finish"))
    assert said == ["You told us: pain 9.", "You told us: worry 8."]
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_sending_twice_is_one_result(ana: Pages, link: str, clinic: Clinic) -> None:
    answer_all(ana, link, worry="8")
    ana.post(link, do="finish")
    assert "Thank you" in ana.post(link, do="finish")
    assert "Thank you" in answer(ana, link, "worry", "1")
    assert clinic.answers()["worry"] == 8 and len(clinic.alerts()) == 1
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_sending_before_the_end_asks_what_is_left(ana: Pages, link: str) -> None:
    answer(ana, link, "pain", "2")
    assert question_in(ana.post(link, do="finish")) == "breathlessness"


def test_the_pass_is_good_for_half_an_hour_at_a_time(ana: Pages, link: str, clinic: Clinic) -> None:
    clinic.clock.advance(minutes=29)
    assert question_in(answer(ana, link, "pain", "1")) == "breathlessness"
    clinic.clock.advance(minutes=29)
    assert question_in(ana.get(link)) == "breathlessness"
    clinic.clock.advance(minutes=2)
    assert "Which year" in ana.get(link)


def test_a_pass_opens_no_other_link(ana: Pages, link: str, clinic: Clinic) -> None:
    cookie = ana.client.get_cookie("bedside_form", path=link)
    assert cookie is not None
    other = link_to(clinic, ROSA)
    ana.client.set_cookie("bedside_form", cookie.value, path=other)
    assert "¿En qué año nació usted?" in ana.get(other)


def test_a_used_an_expired_and_a_made_up_link_look_the_same(ana: Pages, link: str, app: Flask, clinic: Clinic) -> None:
    answer_all(ana, link)
    ana.post(link, do="finish")
    stranger = app.test_client()
    used = stranger.get(link)
    made_up = stranger.get("/c/aaaaaaaaaaaaaaaaaaaaaa")
    clinic.clock.advance(timedelta(days=3))
    expired = stranger.get(link_to(clinic, ROSA))
    assert used.status_code == made_up.status_code == expired.status_code == 404
    assert used.data == made_up.data == expired.data
    assert dict(used.headers) == dict(made_up.headers) == dict(expired.headers)
    assert "text LINK to your clinic" in used.text and "ENLACE" in used.text
    assert f"tel:{AFTER_HOURS}" in used.text


def test_rosa_answers_about_ana_in_spanish(pages: Pages, link: str, clinic: Clinic) -> None:
    hers = link_to(clinic, ROSA)
    page = pages.get(hers)
    assert '<html lang="es"' in page and "Ana" not in page
    assert "No coincide" in pages.post(hers, status=422, fact="1955")
    page = pages.post(hers, fact="1982")
    assert "Sobre Ana" in page and "¿Cuánto dolor" in page and "Pregunta 1 de" in page
    page = answer(pages, hers, "pain", "9")
    assert "Lea esto primero" in page
    assert clinic.alert().subject == "proxy:pain"
    answer_all(pages, hers)
    assert "Nos dijo: dolor 9." in pages.post(hers, do="finish")
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_rosa_is_told_who_sees_what_she_says_of_herself(pages: Pages, link: str, clinic: Clinic) -> None:
    patient_id = clinic.rows(Patient)[0].id
    clinic.clock.advance(days=1)  # nobody who helps is asked twice on one day, but by hand
    clinic.ask(patient_id, "caregiver-self")
    clinic.gateway.ignore_the_rest()
    hers = link_to(clinic, ROSA)
    pages.get(hers)
    page = pages.post(hers, fact="1982")
    assert "Estas preguntas son sobre usted. Solo su equipo de salud ve sus respuestas; Ana no las ve." in page
    assert "Sobre Ana" not in page


def test_the_first_page_is_small(pages: Pages, link: str) -> None:
    pages.get(link)
    page = pages.client.post(link, data={"csrf_token": pages.token, "fact": "1955"}, follow_redirects=True)
    total = len(page.data)
    for path in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)):
        with pages.client.get(path) as part:
            total += len(part.data)
    assert total < 50_000


def test_second_facts_cannot_be_guessed_fast(pages: Pages, clinic: Clinic) -> None:
    pages.get("/sign-in")
    answers = [pages.send(f"/c/guess{number}", fact="1955").status_code for number in range(31)]
    assert set(answers[:30]) == {404} and answers[30] == 429
