"""A text comes in by webhook: stored before it is answered, once however often it comes, and only if it was signed."""

from collections.abc import Iterator

import pytest

from app.tables import Answer, InboundMessage
from tests.edges.webhooks.door import OLD_TOKEN, Door, open_door
from tests.fakes import FixedClock
from tests.running_clinic import ANA


@pytest.fixture
def door(database_url: str, clock: FixedClock) -> Iterator[Door]:
    with open_door(database_url, clock) as opened:
        opened.invite()
        yield opened


def test_a_text_is_stored_and_answered_with_nothing_to_say(door: Door) -> None:
    answer = door.text("8 3 5")
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.text.endswith("<Response/>")  # the reply leaves through the outbox, where consent and pace are kept
    (row,) = door.rows(InboundMessage)
    assert (row.result, row.received_at) == ("answer", door.clock.now())
    assert {a.link_id: a.value for a in door.rows(Answer)} == {"pain": 8, "breathlessness": 3, "tiredness": 5}
    assert door.texts_to(ANA, "We have alerted the nurse")


def test_the_same_text_again_changes_nothing(door: Door) -> None:
    answers = {door.text("8 3 5", sid="SM" + "1" * 32).status_code for _ in range(3)}
    assert answers == {200}
    assert len(door.rows(InboundMessage)) == 1
    assert len(door.texts_to(ANA)) == 2  # the invitation and one reply


def test_the_same_words_as_another_text_are_another_text(door: Door) -> None:
    door.text("8 3 5", sid="SM" + "1" * 32)
    door.text("8 3 5", sid="SM" + "2" * 32)
    assert len(door.rows(InboundMessage)) == 2


@pytest.mark.parametrize("change", ["none", "missing", "empty", "other token", "other body", "other address"])
def test_an_unsigned_text_is_refused_and_leaves_no_trace(door: Door, change: str) -> None:
    form = door.form("8 3 5")
    signature = {
        "none": None,
        "missing": door.sign({k: v for k, v in form.items() if k != "Body"}),
        "empty": "",
        "other token": door.sign(form, token="not the token"),
        "other body": door.sign({**form, "Body": "0 0 0"}),
        "other address": door.sign(form, url="https://elsewhere.example/webhooks/twilio/sms"),
    }[change]
    answer = door.post(form, signature=signature)
    assert (answer.status_code, answer.text) == (403, "forbidden")
    assert door.rows(InboundMessage) == []


def test_a_token_that_is_being_replaced_still_signs(door: Door) -> None:
    form = door.form("8 3 5")
    assert door.post(form, signature=door.sign(form, token=OLD_TOKEN)).status_code == 200
    assert len(door.rows(InboundMessage)) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM" + "1" * 39},
        {"MessageSid": "SM 1; DROP TABLE"},
        {"MessageSid": "SM\u0661"},
        {"From": ""},
        {"From": "+1" + "5" * 40},
        {"To": "+1" + "5" * 40},
    ],
)
def test_a_signed_text_without_its_parts_is_malformed(door: Door, broken: dict[str, str]) -> None:
    form = {**door.form("8 3 5"), **broken}
    assert door.post(form, signature=door.sign(form)).status_code == 400
    assert door.rows(InboundMessage) == []


def test_odd_numbers_of_pictures_do_no_harm(door: Door) -> None:
    for number, media in enumerate(("", "-1", "two", "9" * 30, "\u0663", "2")):
        assert door.text("", sid=f"SM{number:032d}", NumMedia=media).status_code == 200
    assert sorted(row.media for row in door.rows(InboundMessage)) == [0, 0, 0, 0, 0, 2]


@pytest.mark.parametrize("body", ["8 3 5\x00", "\x00" * 50, "\U0001f600" * 200, "\u202e8 3 5", "a" * 20_000, "\n\n \t"])
def test_any_words_can_be_stored(door: Door, body: str) -> None:
    assert door.text(body).status_code == 200
    (row,) = door.rows(InboundMessage)
    assert row.result not in ("failed", "received")


def test_more_than_64_kilobytes_are_no_text(door: Door) -> None:
    form = door.form("x" * 70_000)
    assert door.post(form, signature=door.sign(form)).status_code == 413
    assert door.rows(InboundMessage) == []


def test_only_post_brings_a_text(door: Door) -> None:
    assert door.client.get("/webhooks/twilio/sms").status_code == 405
    assert door.rows(InboundMessage) == []


def test_the_carrier_says_that_somebody_stopped(door: Door) -> None:
    assert door.text("Arret", OptOutType="STOP").status_code == 200
    (row,) = door.rows(InboundMessage)
    assert row.result == "opt_out"
    assert door.texts_to(ANA, "we have stopped")
    door.text("7", sid="SM" + "7" * 32)
    assert len(door.texts_to(ANA)) == 2  # the invitation and the one confirmation
