"""Rightly signed requests that are not quite what was agreed: stored or refused as told here, and nothing breaks."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app.tables import DeliveryEvent, InboundMessage
from tests.edges.webhooks.door import OLD_TOKEN, PUBLIC_URL, SMS, TOKEN, Door, open_door
from tests.fakes import FixedClock

STATUS = "/webhooks/twilio/status/some-token"
FORM_TYPE = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One for all of these tests: none of them minds what others have stored."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("door") / "bedside.db")
    with open_door(f"sqlite:///{path}", FixedClock()) as opened:
        yield opened


@pytest.fixture
def stored(door: Door) -> Callable[[], int]:
    """How many texts and reports were stored since the test began."""

    def count() -> int:
        return len(door.rows(InboundMessage)) + len(door.rows(DeliveryEvent))

    before = count()
    return lambda: count() - before


def report(door: Door) -> dict[str, str]:
    return {"MessageSid": f"SM{next(door.numbers):032x}", "MessageStatus": "delivered"}


def post(door: Door, pairs: list[tuple[str, str]], path: str = SMS) -> int:
    """Post a form as it is written, signed."""
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, MultiDict(pairs))
    headers = {"X-Twilio-Signature": signature}
    return door.client.post(path, data=urlencode(pairs), content_type=FORM_TYPE, headers=headers).status_code


def post_json(door: Door, body: bytes, *, sent: bytes | None = None, path: str = SMS, **headers: str) -> TestResponse:
    """Post JSON as the provider does: the hash of the body in the address, the signature over the address."""
    path += f"?bodySHA256={sha256(body).hexdigest()}"
    signed = {"X-Twilio-Signature": door.sign({}, url=PUBLIC_URL + path), **headers}
    return door.client.post(path, data=body if sent is None else sent, content_type="application/json", headers=signed)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"NumMedia": None}, 200),
        ({"AccountSid": "AC" + "a" * 32}, 200),
        ({"AccountSid": "AC" + "f" * 32}, 400),
        ({"AccountSid": ""}, 400),
        ({"MessageSid": None}, 400),
        ({"From": None}, 400),
        ({"From": " "}, 400),
        ({"From": "\x00"}, 400),
        ({"To": None}, 400),
        ({"To": ""}, 400),
        ({"Body": None}, 400),
        ({"Body": ""}, 200),
        ({"OptOutType": "MAYBE" * 20}, 200),
        ({"NewAndUnheardOf": "1"}, 200),
        ({"From": "whatsapp:+15550101001"}, 200),
        ({"From": "😀" * 20}, 200),
    ],
)
def test_a_text_needs_its_parts_and_comes_from_our_account(
    door: Door, stored: Callable[[], int], changes: dict[str, str | None], status: int
) -> None:
    form = {**door.form("hello"), **changes}
    assert post(door, [(name, value) for name, value in form.items() if value is not None]) == status
    assert stored() == (status == 200)
    assert {row.result for row in door.rows(InboundMessage)} <= {"unknown_sender", "message"}


@pytest.mark.parametrize("name", ["MessageSid", "From", "To", "Body", "NumMedia", "AccountSid"])
def test_a_part_that_comes_twice_is_not_guessed_at(door: Door, stored: Callable[[], int], name: str) -> None:
    form = {**door.form("hello"), "AccountSid": "AC" + "a" * 32}
    assert post(door, [*form.items(), (name, "1")]) == 400
    assert post(door, [*form.items(), ("Unknown", "1"), ("Unknown", "2")]) == 200
    assert stored() == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 204),
        ({"MessageStatus": "teleported"}, 204),
        ({"MessageStatus": None}, 400),
        ({"MessageStatus": "\x00"}, 400),
        ({"MessageSid": None}, 400),
        ({"MessageSid": "a b"}, 400),
        ({"ErrorCode": "many"}, 204),
        ({"ErrorCode": "9" * 30}, 204),
        ({"AccountSid": "AC" + "f" * 32}, 400),
    ],
)
def test_a_report_needs_its_parts_and_comes_from_our_account(
    door: Door, stored: Callable[[], int], changes: dict[str, str | None], status: int
) -> None:
    form = report(door) | changes
    assert post(door, [(name, value) for name, value in form.items() if value is not None], STATUS) == status
    assert stored() == (status == 204)


def test_a_text_with_the_same_signature_but_other_parts_stays_out(door: Door, stored: Callable[[], int]) -> None:
    """A signature runs names and values together: moving the border between them keeps it."""
    form = door.form("8 3 5")
    glued = {"BodyFrom"[:4]: "8 3 5From" + form["From"], **{n: form[n] for n in ("MessageSid", "NumMedia", "To")}}
    assert door.sign(form) == door.sign(glued)
    assert post(door, list(glued.items())) == 400
    assert stored() == 0


# -- JSON ------------------------------------------------------------------------------------------------------------


def test_json_is_taken_like_a_form(door: Door, stored: Callable[[], int]) -> None:
    form = door.form("señora 🙂\x00")
    assert post_json(door, json.dumps(form).encode()).status_code == 200
    assert form["MessageSid"] in {row.message_sid for row in door.rows(InboundMessage)}
    assert post_json(door, json.dumps(report(door)).encode(), path=STATUS).status_code == 204
    assert stored() == 2


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"7", b'"text"', b"{}", b"[" * 50_000, b"9" * 9_000, b'{"Body": NaN}',
        b'[["Body", "7"]]',
        b'{"MessageSid": "SM1", "From": "+1", "To": "+1", "Body": 7}',
        b'{"MessageSid": "SM1", "From": "+1", "To": "+1", "Body": null}',
        b'{"MessageSid": "SM1", "From": "+1", "To": ["+1"], "Body": "7"}',
        b'{"MessageSid": "SM1", "From": "+1", "To": "+1", "Body": "7", "Body": "0"}',
        b'{"MessageSid": "SM1", "From": "+1", "To": "+1", "Body": "7", "Extra": {"Body": "0"}}',
    ],
)  # fmt: skip
def test_json_that_is_no_object_of_texts_is_malformed(door: Door, stored: Callable[[], int], body: bytes) -> None:
    assert post_json(door, body).status_code == 400
    assert stored() == 0


def test_json_with_half_a_character_is_stored_as_far_as_it_can_be(door: Door, stored: Callable[[], int]) -> None:
    assert post_json(door, json.dumps(door.form("7 \ud800")).encode()).status_code == 200
    assert stored() == 1


def test_json_that_was_altered_or_that_nothing_covers_is_unsigned(door: Door, stored: Callable[[], int]) -> None:
    body = json.dumps(door.form("7")).encode()
    assert post_json(door, body, sent=body.replace(b"7", b"0")).status_code == 403
    assert post_json(door, b"\xff{}").status_code == 403
    unhashed = {"X-Twilio-Signature": door.sign({})}
    assert door.client.post(SMS, data=body, content_type="application/json", headers=unhashed).status_code == 403
    assert stored() == 0


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
def test_a_signed_body_of_another_type_is_malformed(door: Door, stored: Callable[[], int], kind: str) -> None:
    body = urlencode(door.form("7")).encode()
    path = f"{SMS}?bodySHA256={sha256(body).hexdigest()}"
    signed = {"X-Twilio-Signature": door.sign({}, url=PUBLIC_URL + path)}
    assert door.client.post(path, data=body, content_type=kind, headers=signed).status_code == 400
    assert stored() == 0


# -- addresses, methods, keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [SMS, STATUS])
def test_only_a_post_is_taken(door: Door, stored: Callable[[], int], method: str, path: str) -> None:
    form = door.form("7")
    signed = {"X-Twilio-Signature": door.sign(form, url=PUBLIC_URL + path)}
    assert door.client.open(path, method=method, data=form, headers=signed).status_code == 405
    assert stored() == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (SMS + "/", 200),
        (SMS + "?name=se%C3%B1ora%20Ana&x=%2f", 200),
        ("/" + SMS, 404),
        (SMS.replace("twilio", "/twilio"), 404),
        (STATUS + "/", 400),
        (STATUS + "//", 404),
        ("/webhooks/twilio/status/", 404),
        ("/webhooks/twilio/status//x", 404),
    ],
)
def test_no_address_is_corrected_by_a_redirect(door: Door, stored: Callable[[], int], path: str, status: int) -> None:
    """Twilio follows one with a GET and leaves the text behind."""
    assert post(door, list(door.form("7").items()), path) == status
    assert stored() == (status == 200)


def test_while_a_token_is_replaced_both_count_and_then_only_the_new_one(door: Door, stored: Callable[[], int]) -> None:
    both, new, old = (TOKEN, OLD_TOKEN), {TOKEN: 200, OLD_TOKEN: 403}, {TOKEN: 403, OLD_TOKEN: 200}
    for tokens, expected in (((OLD_TOKEN,), old), (both, dict.fromkeys(both, 200)), ((TOKEN,), new)):
        _accept(door, tokens)
        for token, status in expected.items():
            form = door.form("hello")
            assert door.post(form, signature=door.sign(form, token=token)).status_code == status
    _accept(door, both)
    assert stored() == 4


def _accept(door: Door, tokens: tuple[str, ...]) -> None:
    """Start anew with these tokens."""
    extensions = door.client.application.extensions
    service = extensions["bedside"].service
    anew = replace(service, settings=replace(service.settings, twilio_auth_tokens=tokens))
    extensions["bedside"] = replace(extensions["bedside"], service=anew)
