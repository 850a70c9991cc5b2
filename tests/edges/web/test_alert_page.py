"""One alert's page: it says why and what was told, and it is where a nurse acts."""

import re

import pytest

from app.audit.models import AuditEvent
from tests.edges.web.pages import Pages, give_password, text_of
from tests.factories import (
    ANA,
    NORA,
    OMAR,
    ROSA,
    STRANGER,
    SWITCHBOARD,
    create_patient,
    create_practitioner,
    create_related_person,
)
from tests.world import Clinic


@pytest.fixture
def red(nora: Pages, clinic: Clinic) -> str:
    """The path of the red alert that Ana's pain of 8 raised."""
    patient_id = create_patient(clinic.service, site_id=clinic.site_id, mrn="004711")
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=patient_id)
    clinic.ask(patient_id)
    clinic.text(ANA, "8 2 3")
    clinic.gateway.ignore_the_rest()
    nora.get("/worklist")
    return f"/alerts/{clinic.alert(tier='red').id}"


def test_a_helpers_words_are_the_helpers_and_their_number_comes_first(nora: Pages, clinic: Clinic, red: str) -> None:
    clinic.hurry()
    clinic.text(ROSA, "I want to die")
    page = text_of(nora.get(f"/alerts/{clinic.alert(subject='words:wants_to_die').id}"))
    page = page.replace("\u00a0", " ").replace("\u2011", "-")  # so that no number is broken at the end of a line
    assert "Caregiver Rosa Flores writes: Red-flag words, wants to die" in page
    assert "Text from Rosa Flores, +1 555-010-0202" in page
    numbers = page[page.index("Rosa Flores, ") + 40 :]
    assert 0 < numbers.index("555-010-0202") < numbers.index("555-010-0201")
    assert "Caregiver Rosa Flores writes" in text_of(nora.get("/worklist"))
    clinic.gateway.ignore_the_rest()


def test_it_says_why_and_what_ana_was_told(nora: Pages, red: str) -> None:
    page = text_of(nora.get(red))
    assert "Pain 8" in page and "pain-severe" in page and "advanced-cancer" in page
    assert "We have alerted the nurse on shift, who will contact you by 12:00" in page
    assert "8 2 3" in page
    assert "MRN 004711" in page and "born 1955-03-21" in page


def test_one_taps_a_number_to_call_ana_or_rosa(nora: Pages, red: str) -> None:
    page = nora.get(red)
    assert f'href="tel:{ANA}"' in page
    assert 'href="tel:+15550100202"' in page and "Rosa Flores, daughter" in page


def test_its_history_begins_with_the_opening_and_shows_each_page(nora: Pages, red: str, clinic: Clinic) -> None:
    clinic.later(minutes=15)
    clinic.gateway.ignore_the_rest()
    page = text_of(nora.get(red)).partition("History")[2]
    assert page.index("Opened") < page.index("Paged Nora Lindqvist") < page.index("Paged Omar Haddad")
    assert "queued" in page


def test_what_came_in_last_is_what_is_shown(nora: Pages, red: str, clinic: Clinic) -> None:
    clinic.text(ANA, "now it is chest pain")
    clinic.gateway.ignore_the_rest()
    words = clinic.alert(subject="words:chest_pain")
    assert "now it is chest pain" in nora.get(f"/alerts/{words.id}")


def test_reading_it_is_written_into_the_audit(nora: Pages, red: str, clinic: Clinic) -> None:
    nora.get(red)
    (event,) = clinic.rows(AuditEvent, action="read", entity="alert")
    assert event.agent == f"practitioner:{clinic.nora}"


def test_taking_it_stops_the_pages(nora: Pages, red: str, clinic: Clinic) -> None:
    page = nora.post(f"{red}/acknowledge")
    assert "Yours since 10:00" in text_of(page)
    clinic.later(minutes=20)
    assert clinic.alert(tier="red").acknowledged_by == clinic.nora
    assert not any(who == "Omar" for who, _ in clinic.paged(clinic.alert(tier="red")))
    clinic.gateway.ignore_the_rest()


def test_who_comes_second_is_told_who_has_it(nora: Pages, red: str, clinic: Clinic) -> None:
    clinic.later(minutes=15)
    clinic.text(OMAR, clinic.alert(tier="red").code)
    clinic.gateway.ignore_the_rest()
    assert "Omar Haddad has taken this alert already." in nora.post(f"{red}/acknowledge")


def test_closing_needs_an_outcome_and_says_so_beside_the_field(nora: Pages, red: str, clinic: Clinic) -> None:
    page = nora.post(f"{red}/resolve", status=422, outcome="not_useful", note="Expected today")
    assert 'href="#reason"' in page and 'id="reason-error"' in page
    assert 'href="#contacted_at"' in page
    assert "Expected today</textarea>" in page
    assert '<option value="not_useful" selected>' in page
    assert clinic.alert(tier="red").status == "triggered"


def test_closing_with_the_time_of_the_call(nora: Pages, red: str, clinic: Clinic) -> None:
    clinic.clock.advance(minutes=10)
    page = nora.post(
        f"{red}/resolve", outcome="medication_changed", contacted_at="2026-03-02T10:05", note="Took the extra dose."
    )
    assert "Closed" in text_of(page) and "Medication changed" in page and "Took the extra dose." in page
    alert = clinic.alert(tier="red")
    assert alert.outcome == "medication_changed"
    assert alert.contacted_at is not None and alert.contacted_at.isoformat() == "2026-03-02T15:05:00+00:00"
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("nonsense", ["yesterday", "2026-13-40T10:00", "9999-12-31T23:59"])
def test_a_time_that_is_none_is_asked_again(nora: Pages, red: str, nonsense: str) -> None:
    assert "contacted_at-error" in nora.post(f"{red}/resolve", status=422, outcome="referred", contacted_at=nonsense)


def test_not_reaching_anybody_keeps_it_open(nora: Pages, red: str, clinic: Clinic) -> None:
    page = nora.post(f"{red}/resolve", outcome="no_contact_made")
    assert "the next call is in an hour" in page and "Tried 1 time without reaching them" in text_of(page)
    assert clinic.alert(tier="red").status == "acknowledged"
    clinic.gateway.ignore_the_rest()


def test_a_note_is_kept_and_an_empty_one_is_not(nora: Pages, red: str) -> None:
    assert "Daughter is with her" in nora.post(f"{red}/note", text="Daughter is with her")
    assert 'id="text-error"' in nora.post(f"{red}/note", status=422, text=" ")
    assert "No NUL is kept" in nora.post(f"{red}/note", text="No \x00NUL is kept")


def test_a_closed_one_can_be_opened_again(nora: Pages, red: str, clinic: Clinic) -> None:
    nora.post(f"{red}/resolve", outcome="referred")
    page = nora.post(f"{red}/reopen", status=422, note="n" * 2001)
    assert 'id="note-error"' in page and "has at most 2000 characters." in page
    assert clinic.alert(tier="red").status == "resolved"
    page = nora.post(f"{red}/reopen", note="It came back")
    assert "It came back" in page and "Nobody has taken it yet" in page
    clinic.tick()
    clinic.gateway.expect(NORA)
    clinic.gateway.ignore_the_rest()


def test_an_unknown_senders_number_can_be_called(nora: Pages, clinic: Clinic) -> None:
    clinic.text("+15550100277", "who is this?")
    clinic.gateway.ignore_the_rest()
    page = nora.get(f"/alerts/{clinic.alert().id}")
    assert "Unknown sender" in page and 'href="tel:+15550100277"' in page and "who is this?" in page


@pytest.fixture
def strange(nora: Pages, clinic: Clinic) -> str:
    """The path of the alert about two texts from a number that nobody has; Ana and Rosa are known otherwise."""
    patient_id = create_patient(clinic.service, site_id=clinic.site_id, mrn="004711")
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=patient_id)
    clinic.text(STRANGER, "it is me")
    clinic.clock.advance(minutes=1)
    clinic.text(STRANGER, "with a new phone")
    clinic.gateway.ignore_the_rest()
    nora.get("/worklist")
    return f"/alerts/{clinic.alert(kind='review').id}"


def test_the_writer_is_found_by_name_and_the_name_stands_in_no_address(
    nora: Pages, strange: str, clinic: Clinic
) -> None:
    page = nora.get(strange)
    assert "it is me</blockquote>" in page and "with a new phone</blockquote>" in page
    assert f'href="tel:{STRANGER}"' in page
    assert "It was" not in page
    page = nora.post(f"{strange}/writer", status=200, q="flores")
    assert "It was Ana Flores</button>" in page and "It was Rosa Flores, Ana's daughter</button>" in page
    assert "born 1955-03-21" in page and "MRN 004711" in page
    assert "Save this number for them" in page
    assert "Nobody found" in nora.post(f"{strange}/writer", status=200, q="flor")


def test_saying_who_wrote_it_takes_the_texts_in(nora: Pages, strange: str, clinic: Clinic) -> None:
    page = nora.post(f"{strange}/writer", status=200, q="flores")
    (rosa,) = re.findall(r'value="([^"]+)" class="second">It was Rosa', page)
    page = text_of(nora.post(f"{strange}/assign", who=rosa, save_number="1"))
    message = clinic.alert(subject="message")
    assert f"2 texts are taken in as theirs. See {message.code} on the worklist. The number is saved" in page
    assert (
        "placed with Ana Flores" in page
        and "Placed by Nora Lindqvist" in page
        and "It was Rosa Flores, daughter of Ana Flores." in page
    )
    assert "It was Ana" not in page and "Dismiss" not in page  # nothing is left to say
    assert "with a new phone" in nora.get(f"/alerts/{message.id}")
    talk = text_of("<body>" + nora.get(f"/patients/{message.patient_id}").partition('class="talk"')[2])
    assert "it is me" in talk and "placed by the team" in talk


def test_who_is_slower_is_told_who_placed_it(nora: Pages, strange: str, clinic: Clinic) -> None:
    page = nora.post(f"{strange}/writer", status=200, q="flores")
    who = re.findall(r'name="who" value="([^"]+)"', page)[0]
    nora.post(f"{strange}/assign", status=404, who="nobody:")
    nora.get(strange)
    nora.post(f"{strange}/assign", who=who)
    assert "Nora Lindqvist has settled this already." in nora.post(f"{strange}/assign", who=who)
    clinic.gateway.ignore_the_rest()


def test_those_on_a_shared_number_are_offered_first_and_no_number_is_saved(nora: Pages, clinic: Clinic) -> None:
    for family_name in ("Flores", "Diaz"):
        create_patient(clinic.service, site_id=clinic.site_id, family_name=family_name)
    create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben", phone="+15550100203")
    clinic.text(ANA, "a question")
    clinic.gateway.ignore_the_rest()
    page = nora.get(f"/alerts/{clinic.alert(kind='review').id}")
    assert "Somebody on a shared number" in page and "People with this number" in page
    assert "It was Ana Diaz" in page and "It was Ana Flores" in page and "Ben" not in page
    assert "Save this number" not in page


def test_dismissing_needs_a_reason_and_says_so_beside_the_field(nora: Pages, strange: str, clinic: Clinic) -> None:
    page = nora.post(f"{strange}/dismiss", status=422, why="", remark="no idea")
    assert 'id="why-error"' in page and "no idea</textarea>" in page
    page = nora.post(f"{strange}/dismiss", why="spam", remark="again")
    assert "The text is kept." in page and "Spam. again" in page and ": dismissed" in page
    assert clinic.alert(kind="review").status == "resolved"


def test_who_only_reads_charts_is_offered_nothing_to_press(pages: Pages, strange: str, clinic: Clinic) -> None:
    email = "carla@riverside.example"
    create_practitioner(
        clinic.service, site_id=clinic.site_id, name="Carla", role="coordinator", phone=SWITCHBOARD, email=email
    )
    give_password(clinic, email)
    other = Pages(pages.app)
    other.sign_in(email)
    page = other.get(strange)
    assert "it is me" in page and 'name="q"' not in page and "Dismiss" not in page
    for what in ("writer", "assign", "dismiss"):
        assert other.send(f"{strange}/{what}", who="x:", why="spam", q="ana").status_code == 403


def test_there_is_no_such_alert(nora: Pages) -> None:
    assert "There is nothing here" in nora.get("/alerts/none", status=404)


def test_what_came_in_behind_an_open_page_is_not_closed_unseen(nora: Pages, clinic: Clinic, red: str) -> None:
    seen = re.search(r'name="seen" value="(\d+)"', nora.get(red))
    assert seen
    clinic.clock.advance(minutes=5)
    patient_id = clinic.alert(tier="red").patient_id or ""
    clinic.finish(patient_id)
    clinic.ask(patient_id)
    clinic.text(ANA, "9 2 3")
    page = text_of(nora.post(f"{red}/resolve", outcome="advised_self_care", seen=seen[1]))
    assert "Something was added since you opened this page. Nothing was closed" in page
    assert clinic.alert(tier="red").status == "triggered"
    clinic.gateway.ignore_the_rest()


def test_no_contact_made_pressed_twice_is_one_attempt(nora: Pages, clinic: Clinic, red: str) -> None:
    seen = re.search(r'name="seen" value="(\d+)"', nora.get(red))
    assert seen
    for _ in range(2):
        nora.post(f"{red}/resolve", outcome="no_contact_made", seen=seen[1])
    assert len(clinic.alert(tier="red").happened("attempt")) == 1
