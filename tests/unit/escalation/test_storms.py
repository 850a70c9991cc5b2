"""What is told one by one, and what together, when alerts come faster than anybody can read."""

from datetime import UTC, datetime, timedelta

import pytest

from app.escalation.storms import CODES_IN_A_TEXT, OTHERS_AT_ONCE, REDS_AT_ONCE, bundle, list_codes, next_round, room

NOW = datetime(2026, 3, 2, 15, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(("red", "number"), [(True, REDS_AT_ONCE), (False, OTHERS_AT_ONCE)])
def test_what_can_be_read_is_told_one_by_one(red: bool, number: int) -> None:
    found = bundle([1] * number, red=red, space=room(red=red, recent=0))
    assert [b.members for b in found] == [(n,) for n in range(number)] and all(b.codes for b in found)


def test_of_many_reds_the_first_go_alone_and_every_one_is_named() -> None:
    found = bundle([1] * 40, red=True, space=room(red=True, recent=0))
    assert [len(b.members) for b in found] == [1] * REDS_AT_ONCE + [CODES_IN_A_TEXT, CODES_IN_A_TEXT, 11]
    assert [index for b in found for index in b.members] == list(range(40))
    assert all(b.codes for b in found)


def test_what_belongs_together_stays_in_one_text() -> None:
    found = bundle([5, 5, 5], red=True, space=0)
    assert [b.members for b in found] == [(0, 1), (2,)]


def test_of_many_others_one_text_says_how_many() -> None:
    (only,) = bundle([1] * 497, red=False, space=room(red=False, recent=0))
    assert len(only.members) == 497 and not only.codes


def test_what_was_sent_in_the_last_minute_counts() -> None:
    assert room(red=True, recent=REDS_AT_ONCE - 1) == 1
    assert room(red=True, recent=99) == 0


def test_rounds_come_at_full_minutes_and_for_red_at_once() -> None:
    assert next_round(NOW, red=False) == NOW + timedelta(seconds=53)
    full = NOW.replace(second=0)
    assert next_round(full, red=False) == full + timedelta(minutes=1), "never now: it would not be a round"
    assert next_round(NOW, red=True) == NOW, "a red one waits for nothing but the others of this moment"


def test_a_list_of_codes_says_how_many_more_there_are() -> None:
    assert list_codes(["2A", "1A"]) == "1A 2A"
    assert list_codes([f"{n}A" for n in range(10, 40)]).endswith("21A +18")
