"""Only what Twilio signed comes in: every other request, however odd, is unsigned and nothing breaks."""

import threading
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask, Request, request
from twilio.request_validator import RequestValidator
from waitress import create_server
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from app.webhooks.signature import signed_url, verify
from tests.phone_network import PhoneNetwork

NEW, OLD = "token-of-today", "token-of-yesterday"
PUBLIC = "https://bedside.example"
PATH = "/webhooks/twilio/sms"
FORM = {"MessageSid": "SM1", "From": "+15550101001", "To": "+15550100001", "Body": "5 3 2 señora"}
FORM_TYPE = "application/x-www-form-urlencoded"


def incoming(path: str = PATH, signature: str | None = None, **options: Any) -> Request:
    headers = {**options.pop("headers", {}), **({} if signature is None else {"X-Twilio-Signature": signature})}
    environ_changes = options.pop("environ", {})
    given: dict[str, Any] = {"method": "POST", "headers": headers}
    if "data" not in options:
        given["data"] = FORM
    environ = EnvironBuilder(path=path, **given | options).get_environ() | environ_changes
    return Request({name: value for name, value in environ.items() if value is not None})


def signature(url: str, params: Any = FORM, token: str = NEW) -> str:
    return str(RequestValidator(token).compute_signature(url, params))


def check(one: Request, tokens: tuple[str, ...] = (NEW, OLD), public: str = PUBLIC) -> int | None:
    return verify(tokens, public, one)


def test_a_signed_text_comes_in_and_can_still_be_read() -> None:
    one = incoming(signature=signature(PUBLIC + PATH))
    assert check(one) == 0
    assert one.form["Body"] == "5 3 2 señora"


def test_an_old_token_is_told_apart_from_the_current_one() -> None:
    one = incoming(signature=signature(PUBLIC + PATH, token=OLD))
    assert check(one) == 1
    assert check(one, tokens=(NEW,)) is None


def test_forgeries_stay_out() -> None:
    good = signature(PUBLIC + PATH)
    assert check(incoming()) is None  # no header at all
    assert check(incoming(signature="")) is None
    assert check(incoming(signature="é" * 28)) is None
    assert check(incoming(signature=good, data={**FORM, "Body": "0 0 0"})) is None
    assert check(incoming(signature=good, data={**FORM, "Extra": "1"})) is None
    assert check(incoming(signature=good, path=PATH + "?x=1")) is None
    assert check(incoming(signature=good, path="/webhooks/twilio/status/abc")) is None
    assert check(incoming(signature=signature(PUBLIC + PATH, token="guessed"))) is None


def test_an_empty_token_signs_nothing() -> None:
    one = incoming(signature=signature(PUBLIC + PATH, token=""))
    assert check(one, tokens=("",)) is None
    assert check(one, tokens=()) is None


def test_repeated_parameters_are_all_signed() -> None:
    data = "MediaUrl=one&MediaUrl=two&Body=hi"
    signed = signature(PUBLIC + PATH, MultiDict([("MediaUrl", "one"), ("MediaUrl", "two"), ("Body", "hi")]))
    one = incoming(signature=signed, data=data, content_type=FORM_TYPE)
    other = incoming(signature=signed, data=data.replace("two", "three"), content_type=FORM_TYPE)
    assert check(one) == 0
    assert check(other) is None


# -- bodies that are not forms ---------------------------------------------------------------------------------------


def hashed(body: bytes, sent: bytes) -> Request:
    path = f"{PATH}?bodySHA256={sha256(body).hexdigest()}"
    return incoming(path, signature(PUBLIC + path, {}), data=sent, content_type="application/json")


def test_a_hashed_body_must_match_its_hash() -> None:
    assert check(hashed(b'{"a": "se\xc3\xb1ora"}', b'{"a": "se\xc3\xb1ora"}')) == 0
    assert check(hashed(b'{"a": 1}', b'{"a": 2}')) is None
    assert check(hashed(b'{"a": 1}', b"")) is None
    assert check(hashed(b"\xff\xfe", b"\xff\xfe")) is None  # not text


def test_a_form_with_a_hash_is_checked_by_the_hash() -> None:
    path = f"{PATH}?bodySHA256={sha256(b'Body=5').hexdigest()}"
    good = incoming(path, signature(PUBLIC + path, {}), data="Body=5", content_type=FORM_TYPE)
    bad = incoming(path, signature(PUBLIC + path, {}), data="Body=0", content_type=FORM_TYPE)
    assert check(good) == 0
    assert good.form["Body"] == "5"
    assert check(bad) is None


@pytest.mark.parametrize("query", ["", "?bodySHA256", "?bodySHA256=", "?bodysha256=00"])
def test_a_body_that_nothing_covers_stays_out(query: str) -> None:
    path = PATH + query
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", ""):
        one = incoming(path, signature(PUBLIC + path, {}), data='{"Body": "forged"}', content_type=kind)
        assert check(one) is None


# -- what makes the SDK raise ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("public", ["https://h:99999", "https://h:abc", "https://[::1", "", "nonsense"])
def test_an_address_that_is_none_lets_nothing_in(public: str) -> None:
    assert check(incoming(signature=signature(f"{public}{PATH}")), public=public) in (None, 0)
    assert check(incoming(signature="x"), public=public) is None


@pytest.mark.parametrize(
    "data", [b"Body=%ED%A0%80", b"Body=\xed\xa0\x80", b"Body=%00%FF", b"%=%&&==", b"=", b"\x00" * 100, b"Body=%u1234"]
)
def test_bytes_that_are_no_text_are_only_unsigned(data: bytes) -> None:
    assert check(incoming(signature="AAAA", data=data, content_type=FORM_TYPE)) is None


@pytest.mark.parametrize("host", ["h:99999", "h:abc", "[::1", "evil.example", ""])
def test_the_host_that_a_client_names_does_not_matter(host: str) -> None:
    good = signature(PUBLIC + PATH)
    forged = {"X-Forwarded-Host": host, "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/evil"}
    assert check(incoming(signature=good, environ={"HTTP_HOST": host}, headers=forged)) == 0
    named = incoming(signature=signature("https://evil.example" + PATH), environ={"HTTP_HOST": "evil.example"})
    assert check(named) is None


def test_too_much_is_told_as_too_much() -> None:
    one = incoming(signature="x", data="Body=" + "5" * 100, content_type=FORM_TYPE)
    one.max_content_length = 64
    with pytest.raises(RequestEntityTooLarge):
        check(one)


# -- which address was called ----------------------------------------------------------------------------------------

QUERY = "?name=se%C3%B1ora%20Ana&x=a+b&y=%2f%2F"


@pytest.mark.parametrize(
    ("public", "path", "environ", "url"),
    [
        (PUBLIC, PATH + QUERY, {}, PUBLIC + PATH + QUERY),
        (PUBLIC + ":8443", PATH, {}, PUBLIC + ":8443" + PATH),
        (PUBLIC + "/", PATH, {}, PUBLIC + PATH),
        ("https://[::1]:8443", PATH, {}, "https://[::1]:8443" + PATH),
        # the proxy strips the prefix, passes it on, or mounts the application below it
        (PUBLIC + "/bedside", PATH + QUERY, {}, PUBLIC + "/bedside" + PATH + QUERY),
        (PUBLIC + "/bedside", "/bedside" + PATH, {}, PUBLIC + "/bedside" + PATH),
        (
            PUBLIC + "/bedside",
            PATH,
            {"REQUEST_URI": None, "RAW_URI": None, "SCRIPT_NAME": "/bedside"},
            PUBLIC + "/bedside" + PATH,
        ),
        # servers that say it in other ways
        (PUBLIC, "/", {"REQUEST_URI": None, "RAW_URI": PATH + QUERY}, PUBLIC + PATH + QUERY),
        (PUBLIC, "/", {"REQUEST_URI": "http://10.0.0.7:8000" + PATH + QUERY}, PUBLIC + PATH + QUERY),
        (
            PUBLIC,
            "/webhooks/twilio/status/ab~c-_.d" + QUERY,
            {"REQUEST_URI": None, "RAW_URI": None},
            PUBLIC + "/webhooks/twilio/status/ab~c-_.d" + QUERY,
        ),
        (PUBLIC, "/", {"REQUEST_URI": None, "RAW_URI": None, "PATH_INFO": "/se\u00c3\u00b1"}, PUBLIC + "/se%C3%B1"),
        (PUBLIC, "/", {"REQUEST_URI": "/" + PATH}, PUBLIC + "/" + PATH),
        (PUBLIC, "/", {"REQUEST_URI": "*"}, PUBLIC + "/"),
    ],
)
def test_the_signed_address_is_the_public_one(public: str, path: str, environ: dict[str, Any], url: str) -> None:
    one = incoming(path, signature(url), environ=environ)
    assert signed_url(public, one) == url
    assert check(one, public=public) == 0


@pytest.mark.parametrize("base", ["http://bedside.example", PUBLIC + "/other", "https://other.example"])
def test_a_signature_for_another_address_stays_out(base: str) -> None:
    assert check(incoming(signature=signature(base + PATH))) is None


# -- a real server and a real network --------------------------------------------------------------------------------


@pytest.fixture
def address() -> Iterator[str]:
    """An application behind waitress that takes signed requests only, at whatever path."""
    app = Flask(__name__)
    tokens = (NEW, OLD)

    def hook(path: str) -> tuple[str, int]:
        found = verify(tokens, app.config["PUBLIC"], request)
        return ("", 403) if found is None else (str(found), 200)

    app.add_url_rule("/<path:path>", view_func=hook, methods=["POST"])
    server = create_server(app, host="127.0.0.1", port=0)
    app.config["PUBLIC"] = f"http://127.0.0.1:{server.effective_port}"
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield app.config["PUBLIC"]
    server.close()
    thread.join(5)


def test_texts_come_in_through_a_real_server(address: str) -> None:
    url = f"{address}/se%C3%B1ora/a%20b{QUERY}"
    with PhoneNetwork(webhook_url=url, auth_token=NEW) as network:
        ana = network.handset("+15550101001")
        assert ana.text("7 🙂 señora & más=\u200d%").answers == ["200"]
        network.change(signing_token=OLD)
        assert ana.text("7").answers == ["200"]
        network.change(signing_token="guessed")
        assert ana.text("7").answers == ["403"]
