"""What we ask of Twilio, and what the phone network answers in its place, is as Twilio's own description has it."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import jsonschema_rs
import pytest

from app.config import ROOT
from app.errors import DeliveryFailed
from app.gateways.twilio import TwilioGateway
from app.messaging.gateway import Departure
from tests.phone_network import PhoneNetwork

DESCRIPTION = ROOT / "node_modules" / ".twilio" / "twilio_api_v2010.json"
LIST = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
ONE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
ANA, CLINIC = "+15550101001", "+15550100001"
OPENER = build_opener(ProxyHandler({}))


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """Twilio's description of its interface."""
    if not DESCRIPTION.exists():
        pytest.skip("Twilio's description of its interface: run tools/install_test_tools")
    description: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    return description


@pytest.fixture
def network() -> Iterator[PhoneNetwork]:
    with PhoneNetwork() as running:
        yield running


def as_schema(part: Any) -> Any:
    """A part of the description as JSON Schema, which has no ``nullable``; formats are Twilio's own names."""
    if isinstance(part, list):
        return [as_schema(each) for each in part]
    if not isinstance(part, dict):
        return part
    schema = {name: as_schema(value) for name, value in part.items() if name not in ("nullable", "format", "example")}
    return {"anyOf": [schema, {"type": "null"}]} if part.get("nullable") is True else schema


def validator(described: Mapping[str, Any], path: str, method: str, status: str) -> Any:
    """What an answer must be."""
    schema = described["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    return jsonschema_rs.validator_for({**as_schema(schema), "components": as_schema(described["components"])})


def ask(network: PhoneNetwork, path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """Call the network as the SDK does."""
    login = b64encode(f"{network.account_sid}:{network.auth_token}".encode()).decode()
    body = urlencode(form).encode() if form else None
    filled = path.replace("{AccountSid}", network.account_sid)
    with OPENER.open(Request(network.url + filled, body, {"Authorization": f"Basic {login}"})) as answer:
        said: dict[str, Any] = json.load(answer)
        return said


@pytest.mark.parametrize("sender", [{"From": CLINIC}, {"MessagingServiceSid": "MG" + "b" * 32}])
def test_the_network_answers_as_described(
    network: PhoneNetwork, described: dict[str, Any], sender: dict[str, str]
) -> None:
    created = validator(described, LIST, "post", "201")
    listed, fetched = validator(described, LIST, "get", "200"), validator(described, ONE, "get", "200")
    with pytest.raises(jsonschema_rs.ValidationError):
        created.validate({"sid": "SM1", "status": "teleported"})
    sid = ask(network, LIST, {"To": ANA, "Body": "Good morning 🙂", **sender})["sid"]
    network.fail(ANA, 30003)
    created.validate(ask(network, LIST, {"To": ANA, "Body": "Good morning", **sender}))
    network.handset(ANA).text("7", lost=True)
    assert network.idle()
    fetched.validate(ask(network, ONE.replace("{Sid}", sid)))
    for redacts in (False, True):
        network.change(redacts=redacts)
        listed.validate(ask(network, LIST + "?PageSize=2"))
        listed.validate(ask(network, LIST + "?PageSize=2&Page=1"))


def test_we_ask_only_for_what_is_described(network: PhoneNetwork, described: dict[str, Any]) -> None:
    start = datetime.now(UTC) - timedelta(minutes=1)
    way = TwilioGateway(
        account_sid=network.account_sid, auth_token=network.auth_token, api_url=network.url, from_numbers=(CLINIC,)
    )
    for sender, validity in ((CLINIC, 300), ("MG" + "b" * 32, None)):
        callback = "https://bedside.example/webhooks/twilio/status/abc" if validity else ""
        sid = way.send(Departure("m1", ANA, "Good morning", sender, callback, validity)).message_sid
    way.find_sent(ANA, "Good morning", start)
    way.list_received(start, 10)
    way.fetch_status(sid)
    with pytest.raises(DeliveryFailed):
        way.fetch_status("SM" + "0" * 32)
    asked = [entry for entry in network.ledger() if entry["event"] == "request"]
    assert len(asked) == 6
    for entry in asked:
        _check_request(described, entry)


def _check_request(described: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    parts = urlsplit(entry["path"])
    path = LIST if parts.path.endswith("/Messages.json") else ONE
    operation = described["paths"][path][entry["method"].lower()]
    known = {each["name"] for each in operation.get("parameters", [])}
    assert {name for name, _ in parse_qsl(parts.query)} <= known
    if entry["method"] != "POST":
        assert entry["form"] == {}
        return
    form = as_schema(operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"])
    assert set(entry["form"]) <= set(form["properties"])
    sent = {name: int(value) if name == "ValidityPeriod" else value for name, value in entry["form"].items()}
    checked = jsonschema_rs.validator_for({**form, "components": as_schema(described["components"])})
    checked.validate(sent)
