"""The worklist: what is on it, in which order, and what can be done from there."""

from tests.edges.web.pages import Pages, text_of
from tests.factories import ANA, create_patient
from tests.world import Clinic, counting


def order_of(page: str, *words: str) -> list[str]:
    return sorted(words, key=page.index)


def test_an_empty_list_says_so_and_teaches(nora: Pages) -> None:
    page = text_of(nora.get("/worklist"))
    assert "Nothing needs you now" in page
    assert "red first" in page


def test_red_comes_before_amber_and_older_before_newer(nora: Pages, clinic: Clinic) -> None:
    for name, phone, words in (
        ("Cora", "+15550100221", "just a message"),
        ("Ana", ANA, "chest pain"),
        ("Ben", "+15550100222", "I have chest pain"),
    ):
        create_patient(clinic.service, site_id=clinic.site_id, given_name=name, phone=phone)
        clinic.text(phone, words)
        clinic.clock.advance(minutes=1)
    clinic.gateway.ignore_the_rest()
    page = text_of(nora.get("/worklist"))
    assert order_of(page, "Ana Flores", "Ben Flores", "Cora Flores") == ["Ana Flores", "Ben Flores", "Cora Flores"]
    assert "chest pain" in page
    assert "Call by" in page and "Next page" in page


def test_an_unknown_sender_is_on_the_list(nora: Pages, clinic: Clinic) -> None:
    clinic.text("+15550100277", "who is this?")
    clinic.gateway.ignore_the_rest()
    assert "Unknown sender" in nora.get("/worklist")


def test_texts_that_nobody_placed_have_a_filter_with_a_count(nora: Pages, clinic: Clinic) -> None:
    page = text_of(nora.get("/worklist?filter=review"))
    assert "Unplaced texts 0" in page and "No unplaced texts" in page and "waits here until" in page
    create_patient(clinic.service, site_id=clinic.site_id)
    clinic.text(ANA, "a message of hers")  # a review of a known person is none
    clinic.text("+15550100277", "who is this?")
    clinic.gateway.ignore_the_rest()
    page = text_of(nora.get("/worklist?filter=review"))
    assert "Unplaced texts 1" in page and "All 2" in page
    assert "Unknown sender" in page and "Ana Flores" not in page


def test_a_nurse_takes_an_alert_from_the_list(nora: Pages, clinic: Clinic) -> None:
    create_patient(clinic.service, site_id=clinic.site_id)
    clinic.text(ANA, "chest pain")
    nora.get("/worklist")
    nora.post(f"/alerts/{clinic.alert().id}/acknowledge", fields={"from": "worklist", "filter": "red"})
    clinic.gateway.ignore_the_rest()
    assert clinic.alert().acknowledged_by == clinic.nora
    assert "Yours" in nora.get("/worklist?filter=mine")
    assert "Nothing here" in nora.get("/worklist?filter=unowned")


def test_the_list_takes_few_statements_however_long_it_is(nora: Pages, clinic: Clinic) -> None:
    for number in range(12):
        phone = f"+1555013{number:04d}"
        create_patient(clinic.service, site_id=clinic.site_id, given_name=f"P{number}", phone=phone, program=None)
        clinic.receive(phone, "chest pain")
    clinic.gateway.ignore_the_rest()
    db = nora.app.extensions["bedside"].service.db
    with counting(db) as statements:
        nora.get("/worklist")
    assert len([s for s in statements if s.startswith("SELECT")]) <= 12


def test_the_fragment_tells_a_script_that_one_is_signed_out(pages: Pages) -> None:
    pages.get("/worklist/rows", status=401, headers={"X-Requested-With": "fetch"})


def test_a_list_that_refreshes_itself_keeps_nobody_signed_in(nora: Pages, clinic: Clinic) -> None:
    for status in (200, 200, 200, 303):  # the fourth, after 16 minutes, is sent to sign in
        clinic.clock.advance(minutes=4)
        nora.get("/worklist/rows", status=status)


def test_reading_keeps_a_nurse_signed_in(nora: Pages, clinic: Clinic) -> None:
    for _ in range(6):
        clinic.clock.advance(minutes=4)
        nora.get("/worklist")
