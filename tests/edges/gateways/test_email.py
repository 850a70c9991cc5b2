"""E-mail to staff, handed to a real mail server, also when that misbehaves."""

import socket

import pytest

from app.errors import DeliveryFailed
from app.gateways.email import EmailGateway
from app.messaging.gateway import Departure
from tests.mail_server import mail_server

NORA = "nora@riverside.example"
PAGE = "Bedside RED 12A. Open https://bedside.example/alerts/x to take it. Nobody reads replies to this e-mail."


def departure(body: str = PAGE) -> Departure:
    return Departure("m1", NORA, body, sender="email", callback_url="", validity=None)


def failure(way: EmailGateway) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        way.send(departure())
    return caught.value


def test_the_words_arrive_under_their_first_sentence() -> None:
    with mail_server() as server:
        EmailGateway(server.url).send(departure("Bedside ÁMBAR 12A. Abra https://bedside.example para tomarla."))
    (message,) = server.taken
    assert (message["To"], message["From"]) == (NORA, "bedside@riverside.example")
    assert message["Subject"] == "Bedside ÁMBAR 12A"
    assert message.get_content().strip() == "Bedside ÁMBAR 12A. Abra https://bedside.example para tomarla."


@pytest.mark.parametrize(
    ("verb", "answer", "permanent"),
    [
        ("RCPT", "550 no such mailbox", True),
        ("RCPT", "451 come again", False),
        ("MAIL", "554 not you", True),
        (".", "452 full", False),
        (".", "554 spam", True),
        ("DATA", "421 closing", False),
    ],
)
def test_what_is_refused_for_good_is_given_up_and_the_rest_is_tried_again(
    verb: str, answer: str, permanent: bool
) -> None:
    with mail_server(answers={verb: answer}) as server:
        error = failure(EmailGateway(server.url))
    assert (error.permanent, error.ambiguous, error.code) == (permanent, False, int(answer[:3]))
    assert NORA not in str(error)


def test_a_server_that_says_nothing_is_left_in_time() -> None:
    with mail_server() as server:
        server.silent.set()
        error = failure(EmailGateway(server.url, step_timeout=0.3))
        assert not error.permanent
        error = failure(EmailGateway(server.url, step_timeout=60, call_timeout=0.3))
        assert not error.permanent


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert not failure(EmailGateway(f"smtp://127.0.0.1:{port}")).permanent
    assert not failure(EmailGateway("smtps://no-such-host.invalid")).permanent


def test_a_password_never_goes_in_the_clear_to_another_machine() -> None:
    with mail_server(host="127.0.0.2", extensions=("AUTH PLAIN",), answers={"AUTH": "235 welcome"}) as server:
        assert not failure(EmailGateway(f"smtp://nora:secret@127.0.0.2:{server.port}")).permanent
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.heard)
    with mail_server(extensions=("AUTH PLAIN",), answers={"AUTH": "235 welcome"}) as server:
        EmailGateway(f"smtp://nora:secret@127.0.0.1:{server.port}").send(departure())
    assert any(line.startswith("AUTH") for line in server.heard)


def test_a_line_that_must_be_encrypted_and_is_not_carries_nothing() -> None:
    with mail_server() as server:
        assert not failure(EmailGateway(f"{server.url}&starttls=1")).permanent
    assert not any(line.startswith("MAIL") for line in server.heard)
