"""What may go wrong with an escalation, and what must hold all the same: no page lost, one owner, never silence.

Told elsewhere: a code from whoever was not paged, from another clinic, or too old (``test_acknowledge_alert``); a page
that is refused or not delivered goes to the next contact at once (``test_escalate_alerts``, G-07), as does one to a
nurse who texts STOP (``test_staff_phone``); whoever took an alert and does not finish it is paged again
(``test_escalate_alerts``, G-09); a poison alert (``test_escalate_alerts``); hand-over in any zone
(``unit/escalation/test_rotations``, G-06).
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import event

from app.alerts.models import Alert, AlertEvent
from app.config import Settings
from app.db import Database, site_scope
from app.errors import Conflict
from app.escalation.models import Page, Shift
from app.factory import create_app
from app.jobs.ticks import Ticks
from app.reports.doctor import find_problems
from app.reports.metrics import read_figures
from app.staff.models import Practitioner
from app.workflows.acknowledge_alert import acknowledge_alert
from app.workflows.concern import Concern
from app.workflows.escalate_alerts import escalate_alerts
from app.workflows.plan_rotations import RotationDetails, add_rotation, end_rotation
from app.workflows.plan_shifts import add_schedule, remove_shift
from app.workflows.raise_alerts import raise_concern
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from app.workflows.watch_cover import watch_cover
from tests.edges.web.pages import Pages, give_password
from tests.factories import AGENT, ANA, NEW_YORK, NORA, OMAR, SWITCHBOARD, create_shift
from tests.fakes import FixedClock, RecordingGateway
from tests.faults.invariants import check_invariants
from tests.fixtures_of_flows import (
    _short_logs,
    ana,
    clinic,
    content,
    database,
    engines,
    renderer,
    seed,
    senders,
    service,
    sqlite_place,
    sqlite_url,
    unstaffed,
)
from tests.world import Clinic, counting

__all__ = [
    "_short_logs", "ana", "clinic", "content", "database", "engines", "renderer", "seed", "senders", "service",
    "sqlite_place", "sqlite_url", "unstaffed",
]  # fmt: skip

RED = {
    "clock": "wall", "steps": [{"page": "on_call"}, {"after": "PT15M", "page": "backup"}], "repeat": "PT15M",
    "resolve_within": "PT2H",
}  # fmt: skip
ROUNDS, EACH = 20, 50
"""A thousand races."""
LATER = timedelta(hours=2)


def raise_one(clinic: Clinic, tier: str, subject: str) -> str:
    """Raise one alert about nobody; its code."""
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        concern = Concern(kind="review", subject=subject, tier=tier, reason="a storm")
        return raise_concern(clinic.service, session, concern).code


def plant(clinic: Clinic, how_many: int, first: int, *, tier: str = "red", waits: timedelta | None = None) -> list[str]:
    """Alerts whose second step is due now, as if their first page had gone out a quarter of an hour ago; their ids.

    With ``waits`` nobody was paged for them yet: they were raised in a storm just now, and wait for the next round.
    """
    now = clinic.clock.now()
    paged = now - timedelta(minutes=15) if waits is None else now
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        rows = [
            Alert(
                code=f"{first + n}W", kind="review", subject=f"storm:{first + n}", tier=tier, status="triggered",
                reason="a storm", rules=[], values={}, policy=RED, opened_at=paged, triggered_at=paged, round=0,
                step=0 if waits else 1, last_step_at=None if waits else paged, exhausted=False,
                next_action_at=now + (waits or timedelta()),
            )
            for n in range(how_many)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        session.add_all(
            AlertEvent(alert_id=row.id, at=paged, type="opened", agent="system", detail="a storm") for row in rows
        )
        return [row.id for row in rows]


def at_once(*acts: Callable[[], object]) -> None:
    """Do several things in threads of their own that begin in the same moment; whatever one raises reaches the test."""
    barrier, failures = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


# --- G-01, G-02: who takes an alert, and the ladder that moves meanwhile ---


def test_taking_alerts_while_their_ladders_move(clinic: Clinic) -> None:
    def take(ids: list[str], who: str) -> None:
        for id in ids:
            acknowledge_alert(clinic.service, site_id=clinic.site_id, alert_id=id, practitioner_id=who, via="web")

    def move() -> None:
        while escalate_alerts(clinic.service, at_most=8):
            pass

    for number in range(ROUNDS):
        ids = plant(clinic, EACH, 100 + number * EACH)
        at_once(partial(take, ids[::2], clinic.nora), move, partial(take, ids[1::2], clinic.omar), move)
        clinic.clock.advance(minutes=2)  # nobody's texts of the last minute count in the next round
    rows = clinic.rows(Alert)
    assert len(rows) == ROUNDS * EACH == 1000
    assert {row.status for row in rows} == {"acknowledged"}
    # Whatever came first: the ladder is that of an alert that somebody has taken, and not the one that paged the next.
    assert {row.next_action_at - row.triggered_at for row in rows if row.next_action_at} == {LATER}
    taken = Counter(row.alert_id for row in clinic.rows(AlertEvent, type="acknowledged"))
    assert set(taken.values()) == {1} and len(taken) == len(rows)
    pages = Counter(page.alert_id for page in clinic.rows(Page))
    assert set(pages.values()) <= {1}, "one page at most was under way when it was taken"
    assert 0 < len(pages) < len(rows), "both came first now and then"
    about_one = [row for row in clinic.texts(kind="page", state="pending") if row.alert_id is not None]
    assert about_one == [], "what nobody had sent yet was called off"


def test_two_nurses_at_once_by_text_and_on_the_page(clinic: Clinic) -> None:
    told: Counter[str] = Counter()
    for number in range(10):
        code = raise_one(clinic, "red", f"race:{number}")
        clinic.hurry()
        clinic.gateway.ignore_the_rest()
        (alert,) = clinic.alerts(code=code)

        def by_page(id: str = alert.id) -> None:
            try:
                acknowledge_alert(
                    clinic.service, site_id=clinic.site_id, alert_id=id, practitioner_id=clinic.omar, via="web"
                )
            except Conflict as error:
                told["Omar is told"] += "Nora Lindqvist has taken this alert" in str(error)

        at_once(by_page, partial(clinic.receive, NORA, code))
        clinic.hurry()
        (alert,) = clinic.alerts(code=code)
        assert len(alert.happened("acknowledged")) == 1
        if alert.acknowledged_by == clinic.omar:
            clinic.gateway.expect(NORA, f"{code}: Omar Haddad")  # already took it, or has taken it
            told["Nora is told"] += 1
        clinic.gateway.ignore_the_rest()
        clinic.clock.advance(minutes=2)
    assert told["Nora is told"] + told["Omar is told"] == 10


# --- G-03, G-04: what takes nothing ---


def test_the_code_of_a_closed_alert_takes_nothing(clinic: Clinic) -> None:
    code = raise_one(clinic, "amber", "closed")
    clinic.hurry()
    clinic.gateway.expect(NORA, "AMBER")
    alert = clinic.alert()
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.tess, agent=AGENT,
        given=ResolutionGiven(outcome="expected_no_change"),
    )  # fmt: skip
    assert clinic.text(NORA, code) == "code_unknown"
    clinic.gateway.expect(NORA, "Nothing has changed")
    assert (clinic.alert().status, clinic.alert().acknowledged_by) == ("resolved", clinic.tess)


def test_the_page_of_an_earlier_step_still_takes_it(clinic: Clinic) -> None:
    code = raise_one(clinic, "red", "slow")
    clinic.later(minutes=15)
    clinic.gateway.expect(OMAR, "RED")
    clinic.text(NORA, code)
    assert clinic.alert().acknowledged_by == clinic.nora
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_opens_links_takes_nothing(
    clinic: Clinic, settings: Settings, clock: FixedClock, gateway: RecordingGateway
) -> None:
    raise_one(clinic, "red", "scanned")
    clinic.hurry()
    clinic.gateway.ignore_the_rest()
    app = create_app(settings, clock=clock, gateway=gateway)
    give_password(clinic, "nora@riverside.example")
    browser = Pages(app)
    browser.sign_in("nora@riverside.example")
    path = f"/alerts/{clinic.alert().id}"
    for client in (app.test_client(), browser.client):
        for _ in range(20):
            client.get(f"{path}/acknowledge")
            client.head(path)
        assert client.get(f"{path}/acknowledge").status_code == 405
    app.extensions["bedside"].service.db.close()
    assert (clinic.alert().status, clinic.alert().happened("acknowledged")) == ("triggered", [])


# --- G-05, G-06, G-08: the rota changes, or is empty ---


def test_with_nobody_left_the_fallback_hears_at_once_and_the_alarm_goes_off(clinic: Clinic) -> None:
    for who in (clinic.nora, clinic.omar, clinic.tess):
        clinic.damage(Practitioner, {"id": who}, active=False)
    raise_one(clinic, "red", "alone")
    clinic.hurry()
    clinic.gateway.expect(SWITCHBOARD, "RED")
    assert watch_cover(clinic.service) == 1
    assert clinic.alert(subject="cover").tier == "red"
    clinic.hurry()
    clinic.gateway.expect(SWITCHBOARD, "RED")
    for _ in range(10):
        clinic.later(minutes=15)
    assert all(alert.next_action_at is not None for alert in clinic.alerts())
    clinic.gateway.ignore_the_rest()


def test_in_the_second_of_the_hand_over_the_next_one_is_called(unstaffed: Clinic) -> None:
    rota = add_schedule(unstaffed.service, site_id=unstaffed.site_id, name="Nurses", time_zone=NEW_YORK, agent=AGENT)
    turns = RotationDetails(
        role="on_call", members=[unstaffed.nora, unstaffed.omar], starts_on=datetime(2026, 3, 1).date(),
        hand_over_at="12:00", turn_days=1,
    )  # fmt: skip
    rotation = add_rotation(unstaffed.service, site_id=unstaffed.site_id, schedule_id=rota, details=turns, agent=AGENT)
    unstaffed.clock.advance(hours=1, minutes=59, seconds=59)
    raise_one(unstaffed, "red", "before")
    unstaffed.hurry()
    unstaffed.gateway.expect(NORA, "RED")
    unstaffed.clock.advance(seconds=1)
    raise_one(unstaffed, "red", "after")
    unstaffed.hurry()
    unstaffed.gateway.expect(OMAR, "RED")
    # The rota is taken away under an open alert: the next step finds nobody, and so the fallback contact.
    end_rotation(
        unstaffed.service, site_id=unstaffed.site_id, schedule_id=rota, rotation_id=rotation, agent=AGENT,
        ends_on=datetime(2026, 3, 2).date(),
    )  # fmt: skip
    unstaffed.later(minutes=15)
    unstaffed.gateway.expect(SWITCHBOARD, "RED")
    unstaffed.gateway.ignore_the_rest()


def test_an_open_alert_keeps_its_steps_when_the_program_is_broken_and_the_shift_is_gone(
    clinic: Clinic, ana: str
) -> None:
    shift_id = create_shift(clinic.service, site_id=clinic.site_id, staff=clinic.tess)
    clinic.text(ANA, "I have chest pain")
    alert = clinic.alert()
    clinic.break_program("advanced-cancer")
    schedule = next(row.schedule_id for row in clinic.rows(Shift) if row.id == shift_id)
    remove_shift(clinic.service, site_id=clinic.site_id, schedule_id=schedule, shift_id=shift_id, agent=AGENT)
    clinic.later(minutes=15)
    clinic.later(minutes=15)
    assert [who for who, _ in clinic.paged(alert)] == ["Nora", "Tess", "Omar", "Nora", "Omar", "Tess"]
    clinic.gateway.ignore_the_rest()


# --- G-10: a storm ---


def test_five_hundred_alerts_in_a_minute_and_three_of_them_red(clinic: Clinic, database_url: str) -> None:
    reds = {20: "a", 30: "b", 40: "c"}
    plant(clinic, 400, 1000, tier="amber", waits=timedelta(minutes=1))
    live = iter(range(97))
    for second in range(60):
        for number in islice(live, 2):
            raise_one(clinic, "amber", f"live:{number}")
        if second in reds:
            code = raise_one(clinic, "red", reds[second])
            clinic.hurry()
            clinic.gateway.expect(NORA, f"RED {code}. Reply {code}")
        clinic.clock.advance(seconds=1)
    clinic.hurry()
    ambers = [d.body for d in clinic.gateway.departures if d.recipient == NORA and "AMBER" in d.body]
    assert len(ambers) == 4 and "494 more AMBER alerts wait" in ambers[-1]
    paged = Counter(page.alert_id for page in clinic.rows(Page))
    assert len(paged) == 500 and set(paged.values()) == {1}
    lines = [row for row in clinic.rows(AlertEvent, type="paged")]
    assert len(lines) == 500 and {row.next_action_at is not None for row in clinic.rows(Alert)} == {True}
    clinic.gateway.ignore_the_rest()
    bundled = clinic.alerts(subject="storm:1300")[0]
    assert "(in one text with 493 others)" in bundled.happened("paged")[0]
    clinic.text(NORA, bundled.code)
    assert [a.subject for a in clinic.alerts(status="acknowledged")] == ["storm:1300"], "and nobody else's"
    clinic.gateway.ignore_the_rest()
    assert [problem for problem in check_invariants(database_url) if "waits for a step" not in problem] == []


def test_red_ones_that_leave_as_they_come_each_have_their_own_page(clinic: Clinic) -> None:
    for number in range(12):
        code = raise_one(clinic, "red", f"one:{number}")
        clinic.deliver()
        clinic.gateway.expect(NORA, f"RED {code}. Reply {code}")


def test_forty_red_ones_at_once_are_all_named_at_once(clinic: Clinic) -> None:
    codes = {raise_one(clinic, "red", f"storm:{number}") for number in range(40)}
    assert len(clinic.texts(kind="page")) == 5, "each by itself, with its alert"
    clinic.hurry()
    texts = [d.body for d in clinic.gateway.departures if d.recipient == NORA]
    named = [word.strip(":.") for text in texts for word in text.partition("RED ")[2].split("Reply")[0].split()]
    assert codes <= set(named), "no red one is left out of a page"
    assert len(texts) <= 5 + 4
    code = clinic.alerts(subject="storm:39")[0].code
    clinic.text(NORA, code)
    assert [a.code for a in clinic.alerts(status="acknowledged")] == [code], "one code takes one of many people"
    clinic.gateway.ignore_the_rest()


def test_moving_five_hundred_ladders_takes_few_statements(clinic: Clinic) -> None:
    plant(clinic, 500, 1000, tier="amber")
    with counting(clinic.db) as statements:
        assert escalate_alerts(clinic.service) == 500
    assert len(statements) < 50, Counter(statement[:60] for statement in statements).most_common(5)
    assert len(clinic.rows(Page)) == 500
    clinic.tick()
    clinic.gateway.expect(OMAR, "500 more AMBER alerts wait")


# --- G-11, G-12: nobody answers, or the watchman himself is ill ---


def test_an_exhausted_escalation_stays_loud(clinic: Clinic) -> None:
    raise_one(clinic, "red", "nobody answers")
    for _ in range(8):
        clinic.later(minutes=15)
    clinic.gateway.ignore_the_rest()
    assert clinic.alert().exhausted
    assert read_figures(clinic.db, now=clinic.clock.now()).unanswered_alerts == {("red",): 1}
    (said,) = [line for line in find_problems(clinic.db, clinic.clock.now()) if "taken by nobody" in line]
    assert said.startswith("1 alerts")
    for _ in range(10):
        clinic.later(hours=1)
        clinic.gateway.expect(SWITCHBOARD, "nobody on call has taken it")
        clinic.gateway.expect(NORA, "RED")
        clinic.gateway.ignore_the_rest()
        assert clinic.alert().next_action_at == clinic.clock.now() + timedelta(hours=1)


@contextmanager
def failing(database: Database, having: str) -> Iterator[None]:
    """The database refuses every statement that contains these words."""

    def refuse(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if having in statement:
            raise RuntimeError("the database refuses")

    event.listen(database.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", refuse)


@pytest.mark.parametrize(
    ("stage", "statement"), [("sweep", "alert.next_action_at IS NULL"), ("escalate", "alert.next_action_at <=")]
)
def test_a_watchman_who_fails_stops_the_heart(clinic: Clinic, stage: str, statement: str) -> None:
    beats: list[str] = []
    ticks = Ticks(clinic.service, clinic.gateway, "here:1", lambda: beats.append("beat"))
    try:
        ticks.run_due()
        beats.clear()
        ticks.run_due()
        assert beats, "all is well"
        beats.clear()
        with failing(clinic.db, statement):
            clinic.clock.advance(minutes=5, seconds=1)
            ticks.run_due()
            assert not beats, f"{stage} has not finished a round for five minutes: somebody outside must notice"
        ticks.run_due()
        ticks.run_due()
        assert beats, "and it beats again"
    finally:
        ticks.close()
    clinic.gateway.ignore_the_rest()
