"""What an error code asks for, and that the way out and the flows read it alike."""

import json
from datetime import timedelta

import pytest

from app.gateways.twilio_http import refusal
from app.messaging.delivery import (
    ERROR_CODES,
    HOLDS_SENDER,
    Trouble,
    back_off,
    copy_after,
    filtered_too_often,
    settled_status,
    trouble_of,
)

SAFE, PERMANENT, AMBIGUOUS = (False, False), (True, False), (False, True)


@pytest.mark.parametrize("code", sorted(ERROR_CODES))
def test_the_way_out_gives_up_exactly_what_cannot_go_later(code: int) -> None:
    status = {20429: 429, 20500: 500, 20503: 503}.get(code, 400)
    failure = refusal(status, None, json.dumps({"code": code, "message": "no"}))
    expected = PERMANENT
    if trouble_of(code) in HOLDS_SENDER or code == 20429:
        expected = SAFE
    elif code in (20500, 20503):
        expected = AMBIGUOUS
    assert (failure.permanent, failure.ambiguous) == expected
    assert failure.code == code


def test_an_unknown_code_is_nobodys_fault() -> None:
    assert trouble_of(None) is trouble_of(21999) is Trouble.UNKNOWN


def test_a_copy_goes_only_where_it_can_help() -> None:
    soon = {30008, 30500, 20500, 20503, 20429}
    later = {30003, 30001, 30002, 30022, 63038, 20003, 20005, 21611}
    waits = {code: copy_after(code) for code in ERROR_CODES}
    assert {code for code, wait in waits.items() if wait == timedelta(0)} == soon
    assert {code for code, wait in waits.items() if wait == timedelta(minutes=20)} == later
    assert copy_after(None) is None


@pytest.mark.parametrize(("filtered", "sent", "too_often"), [(4, 5, False), (5, 250, False), (6, 250, True)])
def test_filtering_is_an_alarm_only_when_it_is_many(filtered: int, sent: int, too_often: bool) -> None:
    assert filtered_too_often(filtered, sent) is too_often


def test_it_waits_longer_each_time_and_at_least_as_long_as_asked() -> None:
    assert [back_off(n).total_seconds() for n in (1, 2, 3, 6, 7, 50)] == [1, 2, 4, 32, 60, 60]
    assert back_off(1, 90.0) == timedelta(seconds=90)


def test_a_status_only_rises() -> None:
    assert settled_status(["delivered", "sent", "queued"]) == "delivered"
    assert settled_status(["delivered", "undelivered"]) == "undelivered"
    assert settled_status([]) is None
