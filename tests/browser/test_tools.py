"""The browser's own checks bite: a page with a fault is a failure."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

GOOD = """<!doctype html><html lang="en"><title>Good</title><main><h1>How are you?</h1>
<label for="pain">Pain</label> <input id="pain"></main></html>"""


def test_a_good_page_passes(page: Page, check_accessibility: Callable[[Page], None]) -> None:
    page.set_content(GOOD)
    check_accessibility(page)


@pytest.mark.parametrize("fault", ['<label for="pain">Pain</label>', ' lang="en"', "<title>Good</title>"])
def test_a_faulty_page_does_not(page: Page, check_accessibility: Callable[[Page], None], fault: str) -> None:
    page.set_content(GOOD.replace(fault, ""))
    with pytest.raises(AssertionError):
        check_accessibility(page)
