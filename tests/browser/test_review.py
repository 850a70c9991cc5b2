"""A nurse says whose text it was: on a phone and on a desk, without barriers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.live import Riverside, follow
from tests.factories import STRANGER, create_patient, create_related_person

WIDE = {"width": 1280, "height": 800}
SMALL = {"width": 360, "height": 640}


@pytest.mark.parametrize("viewport", [WIDE, SMALL], ids=["wide", "small"])
def test_from_the_worklist_to_whose_text_it_was(
    riverside: Riverside,
    open_page: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    viewport: dict[str, int],
) -> None:
    clinic = riverside.clinic
    ana = create_patient(clinic.service, site_id=clinic.site_id, mrn="004711")
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    clinic.ask(ana)
    clinic.text(STRANGER, "8 3 5")
    page = open_page(viewport=viewport)

    def look() -> None:
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    riverside.sign_in(page)
    follow(page, page.get_by_role("link", name="Unplaced texts 1"))
    look()
    follow(page, page.get_by_role("link", name="Unknown sender"))
    look()
    page.get_by_label("Patient's whole name").fill("Ana Flores")
    follow(page, page.get_by_role("button", name="Find"))
    look()
    page.get_by_label("Save this number for them").check()
    follow(page, page.get_by_role("button", name="It was Ana Flores"))
    look()
    assert page.get_by_text("The text is taken in as theirs.").is_visible()
    assert clinic.alert(subject="self:pain").patient_id == ana
