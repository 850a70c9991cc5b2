"""Twilio's two webhooks: a text that came in, and what became of one that went out.

Twilio may call twice, late, in any order, or not at all, and by default does not try again after an error. So
nothing is answered with 200 before it is stored, and everything is stored at most once.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Response, current_app, request

from app.errors import Unavailable
from app.logs import get_logger
from app.metrics import WEBHOOK_SECONDS
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
_LONGEST_ID = 40


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
        except Unavailable:
            return _plain("try again", 503, {"Retry-After": "5"})
        finally:
            WEBHOOK_SECONDS.observe(service.clock.elapsed() - started)

    return guarded


@bp.post("/sms", strict_slashes=False)
@signed
def inbound_sms() -> Response:
    """A text for one of our numbers."""
    form = request.form
    sid, sender, recipient = form.get("MessageSid", ""), form.get("From", ""), form.get("To", "")
    if not _is_id(sid) or not sender or len(sender) > _LONGEST_ID or len(recipient) > _LONGEST_ID:
        return _plain("MessageSid, From and To are needed", _MALFORMED)
    sms = InboundSms(
        message_sid=sid,
        sender=_clean(sender),
        recipient=_clean(recipient),
        body=form.get("Body", ""),
        media=_count(form.get("NumMedia", "0")),
        opt_out_type=form.get("OptOutType", "")[:10].upper() or None,
    )
    result = receive_sms(_service(), sms)
    log.info("inbound", message_sid=sid, result=result)
    return Response(_EMPTY_TWIML, mimetype="text/xml")


@bp.post("/status/<token>")
@signed
def delivery_status(token: str) -> Response:
    """What became of one text. The token in the address says which; it was made by us and is known to nobody else."""
    form = request.form
    sid, status = form.get("MessageSid", ""), form.get("MessageStatus", "")
    if not _is_id(sid) or not status or len(status) > 20 or len(token) > _LONGEST_ID:
        return _plain("MessageSid and MessageStatus are needed", _MALFORMED)
    result = record_delivery_status(
        _service(),
        token=_clean(token),
        message_sid=sid,
        status=_clean(status).lower(),
        error_code=_count(form.get("ErrorCode", "0")) or None,
    )
    log.info("delivery_status", message_sid=sid, status=status.lower() if status.isalpha() else "odd", result=result)
    return Response("", 204)


def _service() -> Service:
    service: Service = current_app.extensions["bedside"].service
    return service


def _is_id(sid: str) -> bool:
    return 0 < len(sid) <= _LONGEST_ID and sid.isascii() and sid.isalnum()


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode().strip()


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _plain(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(text, status, headers, mimetype="text/plain")
