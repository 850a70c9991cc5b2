"""The way out to Twilio: the real SDK against a network that behaves like Twilio, also when it misbehaves."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.errors import DeliveryFailed
from app.gateways.twilio import TwilioGateway
from app.gateways.twilio_http import refusal
from app.messaging.gateway import Accepted, Departure, Gateway, Reported
from tests.phone_network import PhoneNetwork

ANA = "+15550101001"
NORA = "+15550101003"
CLINIC = "+15550100001"
PAGER = "+15550100002"
SERVICE = "MG" + "b" * 32
TOKEN = "token-of-the-phone-network"


@pytest.fixture
def network() -> Iterator[PhoneNetwork]:
    with PhoneNetwork(numbers=[CLINIC, PAGER]) as running:
        yield running


def gateway(url: str, **changes: Any) -> TwilioGateway:
    given: dict[str, Any] = {
        "account_sid": "AC" + "a" * 32,
        "auth_token": TOKEN,
        "api_url": url,
        "from_numbers": (CLINIC,),
        "connect_timeout": 2.0,
        "read_timeout": 5.0,
    }
    return TwilioGateway(**given | changes)


def departure(**changes: Any) -> Departure:
    given: dict[str, Any] = {
        "message_id": "m1",
        "recipient": ANA,
        "body": "Good morning Ana. Pain in the last 24 hours, 0 to 10?",
        "sender": CLINIC,
        "callback_url": "",
        "validity": None,
    }
    return Departure(**given | changes)


def failure(way: Gateway, **changes: Any) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        way.send(departure(**changes))
    return caught.value


def flags(error: DeliveryFailed) -> tuple[bool, bool]:
    return error.permanent, error.ambiguous


SAFE, PERMANENT, AMBIGUOUS = (False, False), (True, False), (False, True)


def last_form(network: PhoneNetwork) -> dict[str, str]:
    form: dict[str, str] = [entry["form"] for entry in network.ledger() if entry["event"] == "request"][-1]
    return form


def test_a_text_reaches_the_handset_and_comes_back_with_its_id(network: PhoneNetwork) -> None:
    accepted = gateway(network.url).send(departure(body="¿Dolor, Ana? 0-10 👍"))
    shown = network.handset(ANA).expect()
    assert (shown.body, shown.sender, shown.sid) == ("¿Dolor, Ana? 0-10 👍", CLINIC, accepted.message_sid)
    assert accepted.status == "queued"


def test_a_messaging_service_is_named_as_one(network: PhoneNetwork) -> None:
    accepted = gateway(network.url).send(departure(sender=SERVICE))
    assert accepted.status == "accepted"
    assert last_form(network)["MessagingServiceSid"] == SERVICE
    assert "From" not in last_form(network)


def test_a_callback_address_goes_along_and_its_absence_too(network: PhoneNetwork) -> None:
    way = gateway(network.url)
    way.send(departure(callback_url="http://127.0.0.1:9/status/abc"))
    assert last_form(network)["StatusCallback"] == "http://127.0.0.1:9/status/abc"
    way.send(departure())
    assert "StatusCallback" not in last_form(network)
    assert "ValidityPeriod" not in last_form(network)


@pytest.mark.parametrize(("validity", "sent"), [(-5, "1"), (0, "1"), (300, "300"), (99_999, "36000")])
def test_validity_is_kept_within_what_twilio_takes(network: PhoneNetwork, validity: int, sent: str) -> None:
    gateway(network.url).send(departure(validity=validity))
    assert last_form(network)["ValidityPeriod"] == sent


def test_pages_to_staff_have_their_own_sender_or_the_patients() -> None:
    both = gateway("http://127.0.0.1:1", messaging_service_sid=SERVICE, alert_from_numbers=(PAGER,))
    assert (both.senders("patients"), both.senders("staff")) == ((SERVICE,), (PAGER,))
    one = gateway("http://127.0.0.1:1", from_numbers=[CLINIC, PAGER])
    assert one.senders("staff") == one.senders("patients") == (CLINIC, PAGER)
    assert one.paced


def test_somebody_who_said_stop_is_refused_for_good(network: PhoneNetwork) -> None:
    way = gateway(network.url)
    way.send(departure())
    network.handset(ANA).text("Stop ")
    error = failure(way)
    assert (flags(error), error.code) == (PERMANENT, 21610)
    network.handset(ANA).text("START")
    way.send(departure())


@pytest.mark.parametrize("code", [21211, 21408, 21606, 21612, 21614, 21617, 21635])
def test_a_refused_number_or_text_is_given_up(network: PhoneNetwork, code: int) -> None:
    network.refuse(ANA, code)
    error = failure(gateway(network.url))
    assert (flags(error), error.code) == (PERMANENT, code)
    assert ANA not in str(error)  # errors end in logs


@pytest.mark.parametrize("code", [20003, 20005, 21611, 30001, 30002, 30022, 63038])
def test_trouble_with_the_account_keeps_the_text(network: PhoneNetwork, code: int) -> None:
    network.fault("error", code=code)
    error = failure(gateway(network.url))
    assert (flags(error), error.code) == (SAFE, code)


def test_a_wrong_token_keeps_the_text(network: PhoneNetwork) -> None:
    error = failure(gateway(network.url, auth_token="of yesterday"))
    assert (flags(error), error.code) == (SAFE, 20003)


@pytest.mark.parametrize(
    ("options", "seconds"), [({"retry_after": 7}, 7.0), ({}, None), ({"retry_after": "soon"}, None)]
)
def test_too_many_requests_is_safe_to_repeat(network: PhoneNetwork, options: dict[str, Any], seconds: float) -> None:
    network.fault("429", **options)
    error = failure(gateway(network.url))
    assert (flags(error), error.code, error.retry_after) == (SAFE, 20429, seconds)
    assert network.all_texts() == []


@pytest.mark.parametrize(
    ("kind", "options", "taken"),
    [
        ("500", {}, 0),
        ("500", {"status": 503}, 0),
        ("502_html", {}, 0),
        ("close", {}, 0),
        ("redirect", {"location": "http://127.0.0.1:1/", "status": 302}, 0),
        ("error", {"code": 20500}, 0),
        ("accept_then_500", {}, 1),
        ("accept_then_close", {}, 1),
        ("malformed", {}, 1),
        ("malformed", {"body": ""}, 1),
        ("malformed", {"body": "[]"}, 1),
        ("malformed", {"body": "null"}, 1),
        ("malformed", {"body": "[" * 100_000}, 1),
        ("malformed", {"body": '{"sid": 7}'}, 1),
        ("no_sid", {}, 1),
        ("huge", {}, 1),
    ],
)
def test_what_may_have_been_taken_is_ambiguous(
    network: PhoneNetwork, kind: str, options: dict[str, Any], taken: int
) -> None:
    network.fault(kind, **options)
    assert flags(failure(gateway(network.url))) == AMBIGUOUS
    requests = [entry for entry in network.ledger() if entry["event"] == "request"]
    assert len(requests) == 1  # never repeated by itself
    assert len(network.all_texts()) == taken


@pytest.mark.parametrize(("kind", "options"), [("slow", {"seconds": 60}), ("hang", {}), ("drip", {"seconds": 0.05})])
def test_an_answer_that_takes_too_long_is_ambiguous(network: PhoneNetwork, kind: str, options: dict[str, Any]) -> None:
    network.fault(kind, **options)
    assert flags(failure(gateway(network.url, read_timeout=0.3))) == AMBIGUOUS
    network.handset(ANA).expect(containing="Pain")


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_redirect_is_not_followed_and_no_password_leaves(network: PhoneNetwork, status: int) -> None:
    with PhoneNetwork() as elsewhere:
        network.fault("redirect", location=elsewhere.url + "/2010-04-01/Accounts/x/Messages.json", status=status)
        assert flags(failure(gateway(network.url))) == AMBIGUOUS
        assert elsewhere.ledger() == []


def test_nothing_at_the_address_is_safe_to_repeat() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert flags(failure(gateway(f"http://127.0.0.1:{port}"))) == SAFE


def test_a_name_that_does_not_resolve_is_safe_to_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    assert flags(failure(gateway("https://api.twilio.invalid", connect_timeout=1.0))) == SAFE


@contextmanager
def listener(greeting: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A port that reads once, says ``greeting`` and holds the line; what it read."""
    heard: list[bytes] = []
    over = threading.Event()

    def answer(server: socket.socket) -> None:
        line, _ = server.accept()
        with line:
            heard.append(line.recv(65_536))
            line.sendall(greeting)
            over.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        yield server.getsockname()[1], heard
        over.set()
        thread.join()


@pytest.mark.parametrize("greeting", [b"", b"this is not TLS"])
def test_no_secure_line_is_safe_to_repeat(greeting: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with listener(greeting) as (port, heard):
        assert flags(failure(gateway(f"https://127.0.0.1:{port}", connect_timeout=0.3))) == SAFE
        assert b"Pain" not in b"".join(heard)


def test_a_hospitals_proxy_is_used_and_its_refusal_is_safe_to_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    with listener(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") as (port, heard):
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://bedside:pass%40word@127.0.0.1:{port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert flags(failure(gateway("https://api.twilio.invalid"))) == SAFE
    assert heard[0].startswith(b"CONNECT api.twilio.invalid:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic YmVkc2lkZTpwYXNzQHdvcmQ=" in heard[0]


def test_a_text_that_no_server_can_read_is_given_up(network: PhoneNetwork) -> None:
    assert flags(failure(gateway(network.url), body="broken \ud800")) == PERMANENT


def test_somebody_else_refusing_is_safe_to_repeat() -> None:
    assert flags(refusal(403, None, "<html>Forbidden by proxy</html>")) == SAFE
    assert flags(refusal(404, None, '{"code": 404, "message": "no such page"}')) == SAFE
    assert flags(refusal(408, None, "")) == AMBIGUOUS


def test_retry_after_cannot_put_a_text_off_for_ever() -> None:
    assert refusal(429, "9" * 400, "{}").retry_after == 3600.0
    assert refusal(429, "-1", "{}").retry_after is None


def test_an_address_with_a_path_keeps_it(network: PhoneNetwork) -> None:
    failure(gateway(network.url + "/twilio"))
    assert network.all_texts() == []  # it asked below /twilio, where this network has nothing


def test_texts_leave_on_eight_threads_at_once(network: PhoneNetwork) -> None:
    way = gateway(network.url)
    sids: list[str] = []

    def send(worker: int) -> None:
        for number in range(5):
            sids.append(way.send(departure(body=f"text {worker}-{number}")).message_sid)

    threads = [threading.Thread(target=send, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(sids)) == 40
    assert {text.body for text in network.texts()} == {f"text {w}-{n}" for w in range(8) for n in range(5)}


# -- was it sent? ----------------------------------------------------------------------------------------------------


def now() -> datetime:
    return datetime.now(UTC)


def test_a_text_whose_answer_was_lost_is_found(network: PhoneNetwork) -> None:
    way, start = gateway(network.url), now()
    network.fault("accept_then_close")
    assert failure(way).ambiguous
    network.idle()
    sid = network.handset(ANA).expect().sid
    assert way.find_sent(ANA, departure().body, start) == Accepted(sid, "delivered")


def test_a_text_that_waits_in_twilios_queue_is_found() -> None:
    with PhoneNetwork(mps=0.001) as network:
        way, start = gateway(network.url), now()
        way.send(departure(body="the first takes the turn"))
        network.fault("accept_then_500")
        assert failure(way).ambiguous
        found = way.find_sent(ANA, departure().body, start)
        assert found is not None
        assert found.status == "queued"
        assert [text.body for text in network.texts()] == ["the first takes the turn"]


def test_other_texts_are_not_taken_for_it(network: PhoneNetwork) -> None:
    way, start = gateway(network.url), now()
    network.change(clock_offset=-86_400.0)
    way.send(departure())  # the same words a day ago
    network.change(clock_offset=0.0)
    way.send(departure(body="Thank you."))
    way.send(departure(recipient=NORA))
    network.fault("close")
    assert failure(way).ambiguous
    assert way.find_sent(ANA, departure().body, start) is None


def test_the_newest_of_equal_texts_is_found_among_many(network: PhoneNetwork) -> None:
    way, start = gateway(network.url), now()
    for number in range(60):
        way.send(departure(body=f"text {number}"))
    newest = [way.send(departure()).message_sid for _ in range(2)][-1]
    found = way.find_sent(ANA, departure().body, start - timedelta(minutes=1))
    assert found is not None
    assert found.message_sid == newest


def test_not_being_able_to_look_is_not_the_same_as_not_found(network: PhoneNetwork) -> None:
    with pytest.raises(DeliveryFailed):
        gateway(network.url, auth_token="of yesterday").find_sent(ANA, "Hello", now())
    with listener(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]") as (port, _), pytest.raises(DeliveryFailed):
        gateway(f"http://127.0.0.1:{port}").find_sent(ANA, "Hello", now())


# -- what came in, and what became of it -----------------------------------------------------------------------------


def test_what_came_in_is_listed_and_what_left_is_not(network: PhoneNetwork) -> None:
    way, start = gateway(network.url), now()
    way.send(departure())
    first = network.handset(ANA).text("7 🙂", lost=True)
    second = network.handset(NORA).text("1A", to=PAGER, lost=True)
    network.idle()
    newest, oldest = way.list_received(start, 100)
    assert (newest.message_sid, newest.sender, newest.recipient, newest.body) == (second.sid, NORA, PAGER, "1A")
    assert (oldest.message_sid, oldest.body, oldest.media) == (first.sid, "7 🙂", 0)
    assert oldest.received_at >= start.replace(microsecond=0)
    assert [text.message_sid for text in way.list_received(start, 1)] == [second.sid]


def test_the_list_is_read_over_as_many_pages_as_it_has_and_no_further_back(network: PhoneNetwork) -> None:
    way = gateway(network.url)
    network.change(clock_offset=-7200.0)
    network.handset(ANA).text("two hours ago", lost=True)
    network.change(clock_offset=0.0)
    start = now()
    sids = {network.handset(ANA).text(str(number), lost=True).sid for number in range(700)}
    assert {text.message_sid for text in way.list_received(start, 10_000)} == sids
    assert len([entry for entry in network.ledger() if entry["event"] == "request"]) == 3


def test_a_text_that_waited_long_to_leave_does_not_hide_what_came_in(network: PhoneNetwork) -> None:
    way, start = gateway(network.url), now()
    sent = network.handset(ANA).text("10", lost=True)
    way.send(departure())
    network.idle()
    waited = network.newest_first()[0]
    waited.created_at -= 30_000
    assert [text.message_sid for text in way.list_received(start, 100)] == [sent.sid]


def test_redacted_texts_are_listed_without_words(network: PhoneNetwork) -> None:
    start = now()
    network.handset(ANA).text("10", lost=True)
    network.change(redacts=True)
    (text,) = gateway(network.url).list_received(start, 9)
    assert (text.body, text.sender) == ("", ANA[:-4] + "XXXX")


def test_the_status_of_a_text_can_be_asked(network: PhoneNetwork) -> None:
    way = gateway(network.url)
    arrived = way.send(departure()).message_sid
    network.fail(NORA, 30003)
    failed = way.send(departure(recipient=NORA)).message_sid
    network.idle()
    assert way.fetch_status(arrived) == Reported("delivered", None)
    assert way.fetch_status(failed) == Reported("undelivered", 30003)
    with pytest.raises(DeliveryFailed) as unknown:
        way.fetch_status("SM" + "0" * 32)
    assert (flags(unknown.value), unknown.value.code) == (PERMANENT, 20404)


def test_what_cannot_be_asked_is_told_as_a_failure(network: PhoneNetwork) -> None:
    stranger = gateway(network.url, auth_token="of yesterday")
    with pytest.raises(DeliveryFailed):
        stranger.list_received(now(), 9)
    with pytest.raises(DeliveryFailed):
        stranger.fetch_status("SM" + "0" * 32)
    for nonsense in (b"[]", b"{}", b"<html>"):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(nonsense)
        with listener(head + nonsense) as (port, _), pytest.raises(DeliveryFailed):
            gateway(f"http://127.0.0.1:{port}").list_received(now(), 9)
