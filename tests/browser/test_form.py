"""The form behind a link in a real browser: a small old phone, no JavaScript, the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AXE
from tests.browser.live import Riverside, follow
from tests.factories import ANA, ROSA, create_patient, create_related_person

NARROW = {"width": 320, "height": 568}

ENHANCED = "axe.run(document, {runOnly: ['color-contrast-enhanced'], resultTypes: ['violations']})"
TARGETS = """() => [...document.querySelectorAll('main a, main button, main label, main input:not([type=hidden])')]
  .filter((e) => e.getClientRects().length && !e.closest('.hidden') && !(e.tagName === 'INPUT' && e.type === 'radio'))
  .filter((e) => !e.closest('p, li') || e.classList.contains('button'))
  .filter((e) => !(e.tagName === 'LABEL' && e.htmlFor))
  .map((e) => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""


@pytest.fixture
def asked(riverside: Riverside) -> Riverside:
    """Ana, and Rosa in Spanish, have each got a link."""
    clinic = riverside.clinic
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=patient_id, language="es")
    clinic.ask(patient_id)
    clinic.ask(patient_id, "caregiver")
    return riverside


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def pass_threshold(page: Page, year: str = "1955") -> None:
    page.locator("#fact").fill(year)
    follow(page, page.locator("main button"))


def choose(page: Page, value: str) -> None:
    page.locator(f"input[value='{value}']").check()
    follow(page, page.locator("button[value=next]"))


def skip_to_the_end(page: Page, look: Callable[[Page], None] = lambda page: None) -> None:
    while page.locator("button[value=skip]").count():
        look(page)
        follow(page, page.locator("button[value=skip]"))


def test_the_whole_form_without_javascript_on_a_narrow_phone(asked: Riverside, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=NARROW, java_script_enabled=False)
    asked.open_link(page, ANA)
    pass_threshold(page)
    choose(page, "3")
    choose(page, "8")
    assert page.locator(".red-box").get_by_text("We have alerted the nurse on shift").is_visible()
    skip_to_the_end(page)
    assert page.get_by_role("heading", name="You said").is_visible()
    follow(page, page.get_by_role("button", name="Send my answers"))
    assert page.get_by_role("heading", name="Thank you").is_visible()
    assert asked.clinic.alert(tier="red").subject == "self:breathlessness"


def test_nothing_scrolls_sideways_and_everything_can_be_hit(asked: Riverside, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=NARROW)

    def look(page: Page) -> None:
        assert fits(page), page.url
        assert page.evaluate(TARGETS) == [], page.url

    asked.open_link(page, ANA)
    look(page)
    pass_threshold(page)
    choose(page, "9")
    skip_to_the_end(page, look)
    look(page)
    follow(page, page.locator("button[value=finish]"))
    look(page)


def test_the_keyboard_alone_is_enough(asked: Riverside, page: Page) -> None:
    asked.open_link(page, ANA)
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != "fact":
        page.keyboard.press("Tab")
    page.keyboard.type("1955")
    page.keyboard.press("Enter")
    page.wait_for_selector("input[type=radio]")
    while page.evaluate("document.activeElement.type") != "radio":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    outline = page.evaluate("getComputedStyle(document.activeElement.nextElementSibling).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=breathlessness")
    assert asked.clinic.answers() == {"pain": 4}


@pytest.mark.parametrize(("phone", "year"), [(ANA, "1955"), (ROSA, "1982")])
def test_no_barrier_and_the_strongest_contrast_on_every_screen(
    asked: Riverside, page: Page, check_accessibility: Callable[[Page], None], phone: str, year: str
) -> None:
    source = AXE.read_text()

    def look(page: Page) -> None:
        check_accessibility(page)
        page.evaluate(source)
        found = page.evaluate(ENHANCED)["violations"]
        assert not found, [node["html"][:200] for one in found for node in one["nodes"]]

    asked.open_link(page, phone)
    look(page)
    pass_threshold(page, "1900")
    look(page)
    pass_threshold(page, year)
    look(page)
    follow(page, page.locator("button[value=next]"))
    look(page)
    choose(page, "8")
    skip_to_the_end(page, look)
    look(page)
    follow(page, page.locator("button[value=finish]"))
    look(page)


def test_a_link_that_cannot_be_used_has_no_barrier(
    riverside: Riverside, open_page: Callable[..., Page], check_accessibility: Callable[[Page], None]
) -> None:
    page = open_page(viewport=NARROW, tolerate=404)
    page.goto(f"{riverside.url}/c/nonsense")
    assert fits(page)
    assert page.get_by_role("link", name="Call").first.is_visible()
    check_accessibility(page)
