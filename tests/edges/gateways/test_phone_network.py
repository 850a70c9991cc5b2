"""The phone network that other tests rely on: it must behave like Twilio, and tell when it was not used as expected."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from app.gateways.twilio_http import TwilioHttp
from tests.phone_network import PhoneNetwork, RemotePhoneNetwork

ANA = "+15550101001"
ROSA = "+15550101002"
CLINIC = "+15550100001"
ACCOUNT = "AC" + "a" * 32
TOKEN = "token-of-the-phone-network"
OPENER = build_opener(ProxyHandler({}))


class Service:
    """A service that keeps what the network posts, and answers as told."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, str], bool]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                signature = self.headers["X-Twilio-Signature"]
                valid = RequestValidator(TOKEN).validate(outer.url + self.path, form, signature)
                outer.posts.append((self.path, form, valid))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def statuses(self) -> list[str]:
        return [form["MessageStatus"] for _, form, _ in self.posts]


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def network(service: Service) -> Iterator[PhoneNetwork]:
    with PhoneNetwork(webhook_url=service.url + "/in") as running:
        yield running


def send(url: str, to: str = ANA, body: str = "Good morning", **fields: Any) -> Any:
    line = TwilioHttp(url, connect_timeout=5, read_timeout=15)
    return Client(ACCOUNT, TOKEN, http_client=line).messages.create(to=to, from_=CLINIC, body=body, **fields)


def test_fates_are_reported_signed_and_in_order(network: PhoneNetwork, service: Service) -> None:
    sid = send(network.url, status_callback=service.url + "/status/t1").sid
    assert network.idle()
    assert service.statuses() == ["sent", "delivered"]
    assert all(valid and path == "/status/t1" and form["MessageSid"] == sid for path, form, valid in service.posts)


def test_reports_can_be_doubled_lost_or_mixed(network: PhoneNetwork, service: Service) -> None:
    network.callbacks(duplicates=1.0, statuses=["sending", "sent", "delivered"], shuffle=True)
    send(network.url, status_callback=service.url + "/status")
    assert network.idle()
    assert sorted(service.statuses()) == sorted(["sending", "sent", "delivered"] * 2)
    network.callbacks(loss=1.0)
    send(network.url, status_callback=service.url + "/status")
    assert network.idle()
    assert len(service.posts) == 6


def test_a_report_can_come_before_the_answer(network: PhoneNetwork, service: Service) -> None:
    network.fault("callback_first")
    sid = send(network.url, status_callback=service.url + "/status").sid
    assert [form["MessageSid"] for _, form, _ in service.posts] == [sid, sid]


def test_a_text_can_fail_on_its_way(network: PhoneNetwork, service: Service) -> None:
    network.fail(ANA, 30003)
    send(network.url, status_callback=service.url + "/status")
    assert network.idle()
    assert service.statuses() == ["sent", "undelivered"]
    assert service.posts[-1][1]["ErrorCode"] == "30003"
    assert network.texts() == []


def test_people_can_text_the_service(network: PhoneNetwork, service: Service) -> None:
    sent = network.handset(ANA).text("5 3 2")
    ((path, form, valid),) = service.posts
    assert (path, valid, sent.answers) == ("/in", True, ["200"])
    assert (form["MessageSid"], form["From"], form["To"], form["Body"]) == (sent.sid, ANA, CLINIC, "5 3 2")
    network.handset(ANA).text("5", copies=3)
    assert len({form["MessageSid"] for _, form, _ in service.posts[1:]}) == 1
    assert len(service.posts) == 4


def test_a_lost_text_is_still_in_the_list(network: PhoneNetwork, service: Service) -> None:
    sent = network.handset(ANA).text("5", lost=True)
    listed = Client(ACCOUNT, TOKEN, http_client=TwilioHttp(network.url, connect_timeout=5, read_timeout=15))
    assert [(m.sid, m.direction) for m in listed.messages.list(to=CLINIC)] == [(sent.sid, "inbound")]
    assert service.posts == []


def test_the_list_has_pages_newest_first(network: PhoneNetwork) -> None:
    for number in range(7):
        send(network.url, body=f"text {number}")
    messages = Client(ACCOUNT, TOKEN, http_client=TwilioHttp(network.url, connect_timeout=5, read_timeout=15)).messages
    assert [m.body for m in messages.list(page_size=3)] == [f"text {number}" for number in range(7)][::-1]
    assert messages(network.texts()[0].sid).fetch().body == "text 0"


def test_a_webhook_is_tried_again_only_as_its_address_asks(network: PhoneNetwork, service: Service) -> None:
    service.answers = [500]
    assert network.handset(ANA).text("one").answers == ["500"]
    assert len(service.posts) == 1
    network.change(webhook_url=service.url + "/in#rc=2&rp=5xx")
    service.answers = [503, 500]
    assert network.handset(ANA).text("two").answers == ["200"]
    assert len(service.posts) == 4
    assert all(path == "/in" and valid for path, _, valid in service.posts)


def test_a_slow_sender_lets_texts_wait_and_expire(service: Service) -> None:
    with PhoneNetwork(mps=1000) as network:
        for number in range(10):
            send(network.url, body=f"text {number}")
        assert network.idle()
        assert len(network.texts()) == 10
    with PhoneNetwork(mps=0.01) as network:
        send(network.url)
        send(network.url, to=ROSA, validity_period=1, status_callback=service.url + "/status")
        assert not network.idle(0)
        assert network.idle()
        assert [form["ErrorCode"] for _, form, _ in service.posts] == ["30036"]
        assert [text.to for text in network.texts()] == [ANA]


def test_an_unexpected_text_is_seen(network: PhoneNetwork) -> None:
    ana = network.handset(ANA)
    send(network.url, body="Good morning")
    send(network.url, to=ROSA, body="Not for you")
    ana.expect(containing="morning")
    with pytest.raises(AssertionError, match="Good morning"):
        ana.expect(containing="morning", timeout=0)
    assert ana.unexpected() == []
    assert [text.body for text in network.unexpected()] == ["Not for you"]


def test_it_runs_in_a_process_of_its_own(service: Service, tmp_path: Any) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with RemotePhoneNetwork.spawn("--webhook", service.url + "/in", "--ledger", str(ledger)) as network:
        ana = network.handset(ANA)
        assert ana.text("7").answers == ["200"]
        send(network.url, body="Thank you")
        assert ana.expect(containing="Thank").sender == CLINIC
        with pytest.raises(AssertionError, match="no text containing 'more'"):
            ana.expect(containing="more", timeout=0)
        with pytest.raises(ValueError, match="is not one of"):
            network.fault("no such thing")
        assert network.idle()
        assert len(ledger.read_text().splitlines()) == len(network.ledger()) > 3


def test_the_page_shows_handsets_and_texts_for_them(network: PhoneNetwork, service: Service) -> None:
    send(network.url, body="<b>0 to 10?</b>")
    OPENER.open(Request(network.url + "/_say", b"number=%2B15550101001&body=5+3+2")).read()
    shown = OPENER.open(network.url + "/_texts").read().decode()
    assert "&lt;b&gt;0 to 10?&lt;/b&gt;" in shown
    assert "5 3 2" in shown
    assert service.posts[0][1]["Body"] == "5 3 2"


def test_json_webhooks_are_signed_over_their_hash(network: PhoneNetwork, service: Service) -> None:
    network.change(json_webhooks=True)
    sent = network.handset(ANA).text("señora 7")
    ((path, _, _),) = service.posts
    assert path.startswith("/in?bodySHA256=")
    assert sent.answers == ["200"]


@pytest.mark.parametrize(
    ("fragment", "tries"),
    [("", 1), ("#rp=all", 2), ("#rc=3&rp=5xx", 4), ("#rc=3&rp=4xx", 1), ("#rc=3&rp=ct,rt", 1), ("#rc=0&rp=all", 1)],
)
def test_overrides_in_the_address_say_what_is_tried_again(
    network: PhoneNetwork, service: Service, fragment: str, tries: int
) -> None:
    service.answers = [500] * 5
    network.change(webhook_url=service.url + "/in" + fragment)
    assert network.handset(ANA).text("7").answers == ["500"]
    assert len(service.posts) == tries


def test_a_webhook_that_takes_too_long_is_given_up(network: PhoneNetwork) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/in"
        network.change(webhook_url=address + "#rt=100&rc=2&rp=rt")
        assert network.handset(ANA).text("7").answers == ["TimeoutError"]
    tries = [entry for entry in network.ledger() if entry["event"] == "webhook"]
    assert len(tries) == 3


def test_the_network_may_answer_keywords_itself(network: PhoneNetwork) -> None:
    network.change(confirms=True)
    ana = network.handset(ANA)
    for word, answer in (("Stop", "unsubscribed"), ("START", "re-subscribed"), ("info", "Reply STOP")):
        ana.text(word)
        ana.expect(containing=answer)
    ana.text("stop it")
    assert ana.unexpected() == []


def test_a_text_between_two_of_our_numbers_comes_in_again(network: PhoneNetwork, service: Service) -> None:
    network.own_numbers.add(ROSA)
    sid = send(network.url, to=ROSA, body="one, two").sid
    assert network.idle()
    ((_, form, valid),) = service.posts
    assert (form["From"], form["To"], form["Body"], valid) == (CLINIC, ROSA, "one, two", True)
    assert form["MessageSid"] != sid
