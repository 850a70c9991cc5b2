"""The form in a right-to-left language on a small phone: mirrored, with numbers and telephone numbers as they are."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.live import Riverside
from tests.browser.test_form import choose, fits, pass_threshold
from tests.factories import ANA, create_patient

# Where each letter of the first telephone link is drawn, in the order of the text.
PLACES = """() => {
  const text = document.querySelector('.red-box a.big').firstChild, range = document.createRange(), places = [];
  for (let at = 0; at < text.length; at++) {
    range.setStart(text, at); range.setEnd(text, at + 1);
    const box = range.getBoundingClientRect();
    if (/[0-9]/.test(text.data[at])) places.push([box.top, box.left]);
  }
  return places;
}"""
BUTTONS = """() => [...document.querySelectorAll('.scale label')]
  .map((e) => e.getBoundingClientRect()).map((box) => [box.top, box.left])"""


@pytest.fixture
def asked(riverside: Riverside) -> Riverside:
    """Ana has got a link, in Arabic."""
    clinic = riverside.clinic
    clinic.ask(create_patient(clinic.service, site_id=clinic.site_id, language="ar"))
    return riverside


def test_the_form_is_mirrored_and_no_number_is(asked: Riverside, open_page: Callable[..., Page]) -> None:
    page = open_page()
    asked.open_link(page, ANA)
    assert page.locator("html").evaluate("e => [e.lang, e.dir]") == ["ar", "rtl"]
    assert fits(page)
    pass_threshold(page)

    first_row = [left for top, left in page.evaluate(BUTTONS) if top == page.evaluate(BUTTONS)[0][0]]
    assert len(first_row) > 1 and first_row == sorted(first_row, reverse=True)  # 0 on the right, where reading begins
    assert fits(page)
    choose(page, "8")

    places = page.evaluate(PLACES)
    assert len(places) >= 10 and places == sorted(places)  # each digit to the right of the one before, line by line
    assert fits(page)
