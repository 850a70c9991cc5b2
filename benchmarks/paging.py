"""B4: from the moment a red answer is posted until its page is with the provider, while thousands of check-ins wait.

The web and worker processes are the real ones, and so is the way out: Twilio's SDK over HTTP, to a provider that takes
150 ms a text and reports twice what became of it. One red answer at a time, at moments that follow no beat.
"""

import random
import time
from collections.abc import Sequence

from app.workflows.issue_checkins import issue_due_checkins
from benchmarks.client import Line, signed_text
from benchmarks.clinic import NURSE, Asked, Clinic
from benchmarks.figures import Figure, latency, milliseconds, percentile
from benchmarks.processes import web_and_worker
from benchmarks.provider import report_fates
from tests.phone_network import Handset, RemotePhoneNetwork

_RED = "8 2 3"
_AT_MOST = 60.0
_PAUSE = 0.25


def ask(clinic: Clinic, count: int) -> list[Asked]:
    """Patients with an open check-in whose invitation has left."""
    people = clinic.add_patients(count)
    clinic.make_due(people)
    while issue_due_checkins(clinic.service):
        pass
    clinic.empty_outbox()
    return people


def time_pages(clinic: Clinic, network: RemotePhoneNetwork, people: Sequence[Asked], *, together: bool) -> list[float]:
    """Let each of ``people`` answer with severe pain; seconds until each page was handed over. The first warms up."""
    dice, seconds, nora = random.Random(4), [], network.handset(NURSE)
    report_fates(network)
    with web_and_worker(clinic.environ, together=together) as web:
        time.sleep(2)  # the worker takes up what waits
        line = Line(web.port)
        for person in people:
            request = signed_text("/webhooks/twilio/sms", person.phone, _RED, web.url)
            posted = time.time()
            if not line.send(request):
                raise RuntimeError("a red answer was not taken")
            seconds.append(_next_page(nora, posted) - posted)
            time.sleep(dice.random() * _PAUSE)
        line.close()
    return seconds[1:]


def _next_page(nurse: Handset, since: float) -> float:
    """When the network took the first page after a moment; both in seconds since 1970, by this machine's clock."""
    while (page := nurse.expect(timeout=_AT_MOST)).created_at < since:
        pass
    return page.created_at


def compare(database: str, idle: list[float], busy: list[float], waiting: tuple[int, int]) -> Figure:
    """The figure of both runs; ``waiting`` are the check-ins in the outbox at the beginning and at the end."""
    p99, calm = percentile(busy, 99), percentile(idle, 99)
    return Figure(
        "B4", database, f"red answer to page, {waiting[0]:,} to {waiting[1]:,} check-ins waiting",
        f"{latency(busy)} ({p99 / calm:.1f}× idle, {len(busy)} pages)", f"idle system {latency(idle)}",
        "p99 ≤ 2 s, ≤ 2× idle", p99 <= 2 and p99 <= 2 * calm,
        {"busy_ms": milliseconds(busy), "idle_ms": milliseconds(idle), "ratio": p99 / calm, "waiting": waiting},
    )  # fmt: skip
