"""The care team's pages in a real browser: live, by keyboard, without barriers, on any width."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.config import ROOT
from tests.browser.live import Riverside, follow
from tests.factories import ANA, BEN, create_patient, create_practitioner, create_related_person

WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 320, "height": 568}


@pytest.fixture
def busy(riverside: Riverside) -> Riverside:
    """Ana has answered for two days, today with a red; Ben has written; a stranger too."""
    clinic = riverside.clinic
    ana = create_patient(clinic.service, site_id=clinic.site_id, mrn="004711")
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben", phone=BEN)
    clinic.at("tue 10:01")
    clinic.text(ANA, "2 1 3")
    clinic.at("wed 10:01")
    clinic.text(ANA, "8 1 3")
    clinic.text(BEN, "a question about my pills")
    clinic.text("+15550100277", "who is this?")
    return riverside


def paths(riverside: Riverside) -> list[str]:
    alert = riverside.clinic.alert(tier="red")
    return [
        "/worklist", "/worklist?filter=mine", f"/alerts/{alert.id}", "/patients", f"/patients/{alert.patient_id}",
        "/phones", "/on-call", "/rules",
    ]  # fmt: skip


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_has_a_barrier_or_scrolls_sideways(
    busy: Riverside,
    open_page: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    viewport: dict[str, int],
) -> None:
    page = open_page(viewport=viewport)
    page.goto(f"{busy.url}/sign-in")
    check_accessibility(page)
    busy.sign_in(page)
    for path in paths(busy):
        page.goto(busy.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true })")
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_rehearsal_has_no_barrier_and_fits_a_small_screen(
    busy: Riverside, open_page: Callable[..., Page], check_accessibility: Callable[[Page], None]
) -> None:
    priya = "priya@riverside.example"
    create_practitioner(
        busy.clinic.service, site_id=busy.clinic.site_id, name="Priya Rao", role="manager", phone=None, email=priya
    )
    page = open_page(viewport=NARROW)
    busy.sign_in(page, priya, lands_on="/content/rehearsal")
    check_accessibility(page)
    shipped = (ROOT / "programs" / "advanced-cancer.yaml").read_text(encoding="utf-8")
    page.locator("textarea[name=program]").fill(shipped.replace("item: pain, at_least: 7", "item: pain, at_least: 9"))
    follow(page, page.get_by_role("button", name="Rehearse"))
    expect(page.get_by_text("The alerts of 1 of 2 people would differ.")).to_be_visible()
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_refused_form_has_no_barrier_and_its_summary_leads_to_the_field(
    busy: Riverside, open_page: Callable[..., Page], check_accessibility: Callable[[Page], None]
) -> None:
    page = open_page(viewport=WIDE)
    busy.sign_in(page)
    page.goto(f"{busy.url}/alerts/{busy.clinic.alert(tier='red').id}")
    page.get_by_label("What came of it?").select_option("not_useful")
    follow(page, page.get_by_role("button", name="Close"))
    check_accessibility(page)
    page.get_by_role("link", name="Say why it was not useful").click()
    assert page.evaluate("document.activeElement.id") == "reason"


def test_the_worklist_by_keyboard(busy: Riverside, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=WIDE)
    busy.sign_in(page)
    red = busy.clinic.alert(tier="red")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == f"alert-{red.id}"
    page.keyboard.press("j")
    page.keyboard.press("k")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert busy.clinic.alert(tier="red").acknowledged_by == busy.clinic.nora
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/alerts/{red.id}")


def test_single_keys_can_be_turned_off(busy: Riverside, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=WIDE)
    busy.sign_in(page)
    page.get_by_label("Keys:").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")


def test_a_new_red_alert_appears_by_itself(riverside: Riverside, open_page: Callable[..., Page]) -> None:
    clinic = riverside.clinic
    create_patient(clinic.service, site_id=clinic.site_id)
    page = open_page(viewport=WIDE)
    riverside.sign_in(page)
    expect(page.get_by_role("heading", name="Nothing needs you now")).to_be_visible()
    clinic.text(ANA, "chest pain")
    expect(page.get_by_role("link", name="Ana Flores")).to_be_visible()
    expect(page.locator("[data-count=red].count")).to_have_text("1")
    assert page.title().startswith("(1 red)")
    expect(page.locator("#live-status")).to_have_text("Live")


def test_a_text_being_typed_on_a_phone_survives_the_renewal(
    riverside: Riverside, open_page: Callable[..., Page]
) -> None:
    clinic = riverside.clinic
    create_patient(clinic.service, site_id=clinic.site_id)
    clinic.tick()
    page = open_page(viewport=WIDE)
    page.goto(f"{riverside.url}/phones")
    field = page.get_by_label("Text from Ana Flores")
    field.fill("I have a quest")
    clinic.text(ANA, "hello")
    expect(page.get_by_label("Texts of Ana Flores").get_by_text("hello")).to_be_visible()
    expect(field).to_have_value("I have a quest")


def test_the_worklist_works_without_javascript(busy: Riverside, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=NARROW, java_script_enabled=False)
    busy.sign_in(page)
    assert page.get_by_text("does not renew itself without JavaScript").is_visible()
    follow(page, page.get_by_role("button", name="Take alert").first)
    assert busy.clinic.alert(tier="red").acknowledged_by == busy.clinic.nora
