"""The simulated phones: the whole story can be played in a browser."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from app.config import Settings
from app.factory import create_app
from tests.edges.web.pages import Pages, give_password, text_of
from tests.factories import ANA, NORA, OMAR, ROSA, create_patient, create_related_person
from tests.fakes import FixedClock
from tests.world import Clinic


@pytest.fixture
def ana_id(clinic: Clinic) -> str:
    """Ana, with her daughter Rosa."""
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=patient_id)
    clinic.tick()
    clinic.gateway.ignore_the_rest()
    return patient_id


def handset(page: str, phone: str) -> str:
    """What one handset shows."""
    found = page.partition(f'<article class="handset" id="phone-{phone[1:]}"')[2].partition("</article>")[0]
    assert found, f"there is no handset of {phone}"
    return text_of(f"<body>{found}")


def test_each_person_has_a_handset(pages: Pages, clinic: Clinic, ana_id: str) -> None:
    page = pages.get("/phones")
    assert "This is a simulation" in page
    assert "welcome" in handset(page, ANA) and "thank you for helping Ana" in handset(page, ROSA)
    assert "on call now" in handset(page, NORA) and "backup now" in handset(page, OMAR)
    order = re.findall(r'<article class="handset" id="phone-(\d+)"', page)[:4]
    assert [f"+{number}" for number in order] == [ANA, ROSA, NORA, OMAR]


def test_the_whole_story_on_the_phones(pages: Pages, clinic: Clinic, ana_id: str) -> None:
    pages.get("/phones")
    pages.post("/phones/check-ins", patient=ana_id, check_in="daily", number=ANA)
    clinic.tick()
    assert "how are you today?" in handset(pages.get("/phones"), ANA)
    pages.post("/phones/reply", number=ANA, body="8 2 3")
    clinic.tick()
    page = pages.get("/phones")
    assert "We have alerted the nurse on shift" in handset(page, ANA)
    page_to_nora = re.search(r"RED (\w+)\. Reply", handset(page, NORA))
    assert page_to_nora and "RED" not in handset(page, OMAR)
    pages.post("/phones/clock", by="15m")
    clinic.tick()
    assert "RED" in handset(pages.get("/phones"), OMAR)
    pages.post("/phones/reply", number=NORA, body=page_to_nora[1].lower(), pool="staff")
    clinic.tick()
    page = pages.get("/phones")
    assert "is yours" in handset(page, NORA) and "Nora Lindqvist has taken it" in handset(page, OMAR)
    assert clinic.alert(tier="red").acknowledged_by == clinic.nora
    clinic.gateway.ignore_the_rest()


def test_the_texts_alone_can_be_asked_for(pages: Pages, ana_id: str) -> None:
    part = pages.get("/phones/handsets")
    assert "<html" not in part and "welcome" in handset(part, ANA)


def test_the_clock_moves_and_the_nurse_stays_signed_in(pages: Pages, clinic: Clinic, clock: FixedClock) -> None:
    give_password(clinic, "nora@riverside.example")
    pages.sign_in("nora@riverside.example")
    pages.get("/phones")
    before = clock.now()
    assert "It is now Mon 2 Mar, 11:00 for everybody." in text_of(pages.post("/phones/clock", by="1h"))
    assert (clock.now() - before).total_seconds() == 3600
    assert "Worklist" in pages.get("/worklist")
    pages.get("/phones")
    assert "It is now Tue 3 Mar, 10:00 for everybody." in text_of(pages.post("/phones/clock", by="tomorrow"))


def test_a_check_in_that_is_open_is_not_sent_again(pages: Pages, ana_id: str, clinic: Clinic) -> None:
    pages.get("/phones")
    pages.post("/phones/check-ins", patient=ana_id, check_in="daily", number=ANA)
    assert "Not sent:" in pages.post("/phones/check-ins", patient=ana_id, check_in="daily", number=ANA)
    assert "Not sent:" in pages.post("/phones/check-ins", patient="none", check_in="daily", number=ANA)


@pytest.mark.parametrize("number", ["", "5550100201", "+1555<b>", "+" + "1" * 20])
def test_a_number_that_is_none_is_refused(pages: Pages, number: str) -> None:
    pages.get("/phones")
    assert pages.send("/phones/reply", number=number, body="hello").status_code == 400


def test_there_are_no_phones_when_texts_are_real(settings: Settings, clinic: Clinic) -> None:
    real = replace(settings, sms_gateway="twilio", twilio_account_sid="AC1", twilio_auth_tokens=("secret",))
    app: Flask = create_app(real)
    pages = Pages(app)
    pages.get("/sign-in")
    pages.get("/phones", status=404)
    pages.get("/phones/handsets", status=404)
    for path in ("reply", "check-ins", "clock"):
        assert pages.send(f"/phones/{path}", number=ANA, body="STOP").status_code == 404
    app.extensions["bedside"].service.db.close()
