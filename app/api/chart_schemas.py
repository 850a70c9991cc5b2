"""What goes into and comes out of the calls on a patient's check-ins, responses, messages and timeline."""

from marshmallow import Schema, fields, validate

from app.api.alert_schemas import AlertOut
from app.api.fields import Day, Moment, YesNo
from app.api.lists import LONGEST_FILTER, ListQuery
from app.reports.api_lists.messages import INBOUND, OUTBOUND

_VALUE = {"type": ["number", "string"], "description": "A number, words, or null where it was skipped."}


class CheckinIn(Schema):
    """The check-in to issue now."""

    check_in = fields.String(required=True, metadata={"description": "Its name in the patient's program."})


class CheckinOut(Schema):
    """One occasion on which somebody was asked."""

    id = fields.String(required=True)
    check_in = fields.String(required=True)
    status = fields.String(required=True)
    respondent = fields.String(required=True, validate=[validate.OneOf(["patient", "caregiver"])])
    due_at = Moment(required=True)
    issued_at = Moment(required=True, allow_none=True)
    window_ends_at = Moment(required=True)
    closed_at = Moment(required=True, allow_none=True)
    local_date = Day(required=True)
    response = fields.String(required=True, allow_none=True, metadata={"description": "The id of its response."})


class ResponseIn(Schema):
    """A whole response from another system. Older than 48 hours, or `historical`: judged, and nobody is texted."""

    check_in = fields.String(metadata={"description": "Its name in the program; the program's first without it."})
    authored_at = Moment(required=True)
    historical = YesNo()
    answers = fields.Dict(
        required=True,
        keys=fields.String(),
        values=fields.Raw(allow_none=True, metadata=_VALUE),
        metadata={"description": "Answers by `link_id`."},
    )


class ResponseOut(Schema):
    """One filled-in questionnaire."""

    id = fields.String(required=True)
    check_in = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)
    respondent = fields.String(required=True, validate=[validate.OneOf(["self", "proxy", "caregiver"])])
    channel = fields.String(required=True)
    authored_at = Moment(required=True)
    late = YesNo(required=True)
    historical = YesNo(required=True)
    answers = fields.Dict(required=True, keys=fields.String(), values=fields.Raw(allow_none=True, metadata=_VALUE))


class MessageOut(Schema):
    """One text."""

    id = fields.String(required=True)
    direction = fields.String(required=True, validate=[validate.OneOf([INBOUND, OUTBOUND])])
    kind = fields.String(required=True, metadata={"description": "Why it was sent; of a text in, what was understood."})
    sender = fields.String(required=True, allow_none=True, data_key="from")
    recipient = fields.String(required=True, data_key="to")
    body = fields.String(required=True)
    status = fields.String(
        required=True,
        metadata={"description": "The provider's once there is one, ours before; `received` for a text in."},
    )
    message_sid = fields.String(required=True, allow_none=True)
    patient = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)


class MessageQuery(ListQuery):
    """Which texts."""

    direction = fields.String(validate=[validate.OneOf([INBOUND, OUTBOUND])])
    patient = fields.String(validate=[validate.Length(max=LONGEST_FILTER)])
    kind = fields.String(validate=[validate.Length(max=LONGEST_FILTER)])


class TimelineOut(Schema):
    """One thing that happened. It stands under the name that `type` gives."""

    type = fields.String(required=True, validate=[validate.OneOf(["check_in", "response", "alert", "message"])])
    id = fields.String(required=True)
    at = Moment(required=True)
    check_in = fields.Nested(CheckinOut)
    response = fields.Nested(ResponseOut)
    alert = fields.Nested(AlertOut)
    message = fields.Nested(MessageOut)
