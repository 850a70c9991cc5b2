"""A real browser: Debian's Chromium, or whichever Chromium or Chrome is on this machine, driven by Playwright."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from app.config import ROOT
from tests.browser.live import (
    _short_logs,
    clinic,
    content,
    database,
    database_url,
    engines,
    renderer,
    riverside,
    seed,
    senders,
    service,
    settings,
    sqlite_place,
    sqlite_url,
    unstaffed,
)

__all__ = [
    "_short_logs", "clinic", "content", "database", "database_url", "engines", "renderer", "riverside", "seed",
    "senders", "service", "settings", "sqlite_place", "sqlite_url", "unstaffed",
]  # fmt: skip

expect.set_options(timeout=30_000)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

SMALL_PHONE = {"width": 360, "height": 640}
QUIET = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a worker; each page has a profile of its own."""
    path = os.environ.get("TEST_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("browser: no Chromium or Chrome on this machine, and apt-get may not install one")
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of its own on a small phone: ``open_page()``, ``open_page(viewport=…, java_script_enabled=False)``.

    At the end the test fails if a page logged an error (but for answers with the status ``tolerate``) or asked a
    foreign server for anything.
    """
    contexts, problems = [], []

    def foreign(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1", "http://localhost", "data:", "blob:")):
            problems.append(f"asked for {request.url}")

    def complain(said: ConsoleMessage, tolerate: int) -> None:
        # The browser calls every answer that is no success an error: 422 is how a form is sent back to be mended.
        if said.type == "error" and f" {tolerate} " not in said.text:
            problems.append(f"console: {said.text}")

    def open_page(*, tolerate: int = 422, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": SMALL_PHONE, "locale": "en-US", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)  # how long to wait on a busy machine; nothing waits that long otherwise
        page.on("request", foreign)
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.on("console", lambda said: complain(said, tolerate))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page on a small phone."""
    return open_page()


@pytest.fixture(scope="session")
def check_accessibility() -> Callable[[Page], None]:
    """Fails with every violation of WCAG 2.2 AA that axe-core finds on a page, and where."""
    if not AXE.exists():
        pytest.skip("accessibility: axe-core is not installed (npm ci); it needs Node")
    source = AXE.read_text()

    def check(page: Page) -> None:
        page.evaluate(source)  # through the debugger, which the page's content security policy does not bind
        result = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(WCAG)}, resultTypes: ['violations']}})")
        found = [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in result["violations"]]
        assert not found, f"{page.url}\n" + "\n".join(found)

    return check
