"""Twilio's two webhooks: a text that came in, and what became of one that went out.

Twilio may call twice, late, in any order, or not at all, and by default does not try again after an error. So
nothing is answered with 200 before it is stored, and everything is stored at most once.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Response, current_app, request

from app.errors import Unavailable
from app.logs import get_logger
from app.metrics import WEBHOOK_SECONDS
from app.plain_text import storable
from app.webhooks.parameters import Malformed, read_parameters
from app.webhooks.signature import verify
from app.workflows.receive_sms import InboundSms, receive_sms
from app.workflows.record_delivery_status import record_delivery_status
from app.workflows.service import Service

log = get_logger()
bp = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")
P = ParamSpec("P")

LARGEST_BODY = 64 * 1024
_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_MALFORMED = 400
_LONGEST_ID, _LONGEST_STATUS = 40, 20
# No redirects: Twilio would follow them with a GET and leave the text behind.
_EXACT = {"strict_slashes": False, "merge_slashes": False}


def signed(view: Callable[P, Response]) -> Callable[P, Response]:
    """Let a request through only if Twilio signed it; anything else is 403 and reads or writes nothing."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        service = _service()
        started = service.clock.elapsed()
        request.max_content_length = LARGEST_BODY
        position = verify(service.settings.twilio_auth_tokens, service.settings.public_url, request)
        if position is None:
            return _plain("forbidden", 403)
        if position > 0:
            log.warning("old_token_signed", route=request.endpoint)
        try:
            return view(*args, **kwargs)
        except Malformed as error:
            log.warning("webhook_malformed", route=request.endpoint)
            return _plain(str(error), _MALFORMED)
        except Unavailable:
            return _plain("try again", 503, {"Retry-After": "5"})
        finally:
            WEBHOOK_SECONDS.observe(service.clock.elapsed() - started)

    return guarded


@bp.post("/sms", **_EXACT)
@signed
def inbound_sms() -> Response:
    """A text for one of our numbers."""
    sent = read_parameters(
        request,
        needed=("MessageSid", "From", "To", "Body"),
        optional=("AccountSid", "NumMedia", "OptOutType"),
    )
    _must_be_ours(sent)
    sms = InboundSms(
        message_sid=_id(sent["MessageSid"]),
        sender=_number(sent["From"], "From"),
        recipient=_number(sent["To"], "To"),
        body=sent["Body"],
        media=_count(sent.get("NumMedia", "0")),
        opt_out_type=sent.get("OptOutType", "")[:10].upper() or None,
    )
    result = receive_sms(_service(), sms)
    log.info("inbound", message_sid=sms.message_sid, result=result)
    return Response(_EMPTY_TWIML, mimetype="text/xml")


@bp.post("/status/<token>", **_EXACT)
@signed
def delivery_status(token: str) -> Response:
    """What became of one text. The token in the address says which; it was made by us and is known to nobody else."""
    sent = read_parameters(request, needed=("MessageSid", "MessageStatus"), optional=("AccountSid", "ErrorCode"))
    _must_be_ours(sent)
    sid, status = _id(sent["MessageSid"]), _clean(sent["MessageStatus"]).lower()
    if not status or len(status) > _LONGEST_STATUS or len(token) > _LONGEST_ID:
        raise Malformed("MessageStatus is none")
    result = record_delivery_status(
        _service(),
        token=_clean(token),
        message_sid=sid,
        status=status,
        error_code=_count(sent.get("ErrorCode", "0")) or None,
    )
    log.info("delivery_status", message_sid=sid, status=status if status.isalpha() else "odd", result=result)
    return Response("", 204)


def _service() -> Service:
    service: Service = current_app.extensions["bedside"].service
    return service


def _must_be_ours(sent: Mapping[str, str]) -> None:
    """Refuse what another account was texted: somebody set its webhook to our address."""
    ours = _service().settings.twilio_account_sid
    if ours and sent.get("AccountSid", ours) != ours:
        raise Malformed("AccountSid is not ours")


def _id(sid: str) -> str:
    if not (0 < len(sid) <= _LONGEST_ID and sid.isascii() and sid.isalnum()):
        raise Malformed("MessageSid is none")
    return sid


def _number(text: str, name: str) -> str:
    number = _clean(text)
    if not number or len(text) > _LONGEST_ID:
        raise Malformed(f"{name} is none")
    return number


def _clean(text: str) -> str:
    return storable(text).strip()


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _plain(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(text, status, headers, mimetype="text/plain")
