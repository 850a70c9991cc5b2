"""What was dealt with is settled for a while: the same and no worse, never a red, and only if somebody looked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.alerts.lifecycle import Outcome
from app.alerts.settled import Closed
from app.codes import Tier

CLOSED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TWO_DAYS = timedelta(days=2)


def row(item: str, value: float, **more: Any) -> dict[str, Any]:
    return {"item": item, "value": value, "worse": "high", **more}


def settled(
    *values: dict[str, Any], closed: dict[str, Any], tier: Tier = Tier.AMBER, closed_tier: Tier = Tier.AMBER,
    outcome: Outcome = Outcome.MEDICATION_CHANGED, after: timedelta = timedelta(hours=20),
    settled_for: timedelta = TWO_DAYS,
) -> bool:  # fmt: skip
    alert = Closed(closed_tier, outcome, CLOSED_AT, closed, settled_for)
    return alert.covers(tier, values, CLOSED_AT + after)


@pytest.mark.parametrize(
    ("before", "now", "quiet"),
    [
        (5, 3, True),
        (5, 5, True),
        (5, 6, True),
        (5, 6.5, True),
        (5, 7, False),
        (6, 7, False),  # it has become severe
        (7, 7, True),
        (7, 8, True),
        # on a short scale one more may be much
        (4, 4, True),
        (4, 5, False),
        (2, 3, False),
        (3, 2, True),
        # the two worst always call
        (8, 9, False),
        (9, 9, False),
        (10, 10, False),
    ],
)
def test_no_worse_than_it_was(before: float, now: float, quiet: bool) -> None:
    assert settled(row("tiredness", now), closed=row("tiredness", before)) is quiet


@pytest.mark.parametrize(
    ("before", "now", "quiet"), [(6, 6, True), (6, 5, True), (6, 4, False), (4, 3, False), (1, 1, False)]
)
def test_where_low_is_worse(before: float, now: float, quiet: bool) -> None:
    closed = row("managing", before, worse="low")
    assert settled(row("managing", now, worse="low"), closed=closed) is quiet


@pytest.mark.parametrize(
    ("closed_tier", "tier", "quiet"),
    [
        (Tier.AMBER, Tier.AMBER, True),
        (Tier.AMBER, Tier.WATCH, True),
        (Tier.RED, Tier.AMBER, True),
        (Tier.WATCH, Tier.AMBER, False),
        (Tier.AMBER, Tier.RED, False),
        (Tier.RED, Tier.RED, False),
    ],
)
def test_nothing_more_urgent_and_never_a_red(closed_tier: Tier, tier: Tier, quiet: bool) -> None:
    assert settled(row("pain", 5), closed=row("pain", 5), tier=tier, closed_tier=closed_tier) is quiet


@pytest.mark.parametrize("outcome", Outcome)
def test_only_if_somebody_looked_and_decided(outcome: Outcome) -> None:
    nobody_did = {Outcome.NO_CONTACT_MADE, Outcome.ENTERED_IN_ERROR, Outcome.ADMITTED, Outcome.DIED}
    assert settled(row("pain", 5), closed=row("pain", 5), outcome=outcome) is (outcome not in nobody_did)


def test_for_as_long_as_the_ladder_says_and_not_at_all_where_it_says_nothing() -> None:
    pain = row("pain", 5)
    assert settled(pain, closed=pain, after=TWO_DAYS - timedelta(seconds=1))
    assert not settled(pain, closed=pain, after=TWO_DAYS)
    assert not settled(pain, closed=pain, after=timedelta(0), settled_for=timedelta(0))


def test_of_several_symptoms_each_has_to_be_no_worse() -> None:
    closed = {"items": [row("worry", 5), row("low_mood", 5)]}
    assert settled({"items": [row("worry", 5), row("low_mood", 6)]}, closed=closed)
    assert not settled({"items": [row("worry", 5), row("low_mood", 7)]}, closed=closed)
    assert not settled({"items": [row("worry", 5), row("tiredness", 4)]}, closed=closed)


def test_of_several_rules_each_has_to_be_covered() -> None:
    assert settled(row("worry", 5), row("worry", 4), closed=row("worry", 5))
    assert not settled(row("worry", 5), row("low_mood", 7), closed=row("worry", 5))


@pytest.mark.parametrize("name", ["score", "composite", "other"])
def test_what_was_worked_out_has_to_be_the_same(name: str) -> None:
    assert settled({name: 12}, closed={name: 12})
    assert not settled({name: 13}, closed={name: 12})
    assert not settled(row("pain", 5, **{name: 3}), closed=row("pain", 5))


def test_a_number_where_there_was_none_calls_and_silence_has_none() -> None:
    assert not settled(row("pain", 4), closed={})
    assert settled({"missed": 3}, closed={"missed": 2})
