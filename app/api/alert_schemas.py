"""What goes into and comes out of the calls on alerts."""

from marshmallow import Schema, fields, validate

from app.alerts.lifecycle import AlertKind, AlertStatus, NotUseful, Outcome
from app.api.fields import Moment, Number, Whole, YesNo
from app.api.lists import LONGEST_FILTER, ListQuery
from app.codes import Tier
from app.reports.api_lists.alerts import OPEN
from app.workflows.assign_inbound import Dismissal

_TIERS = [tier.value for tier in Tier]
_STATUSES = [status.value for status in AlertStatus]
_NOTE = validate.Length(max=2000)
_STAFF = {"description": "The id or e-mail address of the member of staff who acts."}


class AlertEventOut(Schema):
    """One thing that happened to an alert."""

    at = Moment(required=True)
    type = fields.String(required=True)
    agent = fields.String(required=True)
    detail = fields.String(required=True)


class AlertOut(Schema):
    """Something that needs a person."""

    id = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "Texted back, it acknowledges."})
    kind = fields.String(required=True, validate=[validate.OneOf([kind.value for kind in AlertKind])])
    tier = fields.String(required=True, validate=[validate.OneOf(_TIERS)])
    status = fields.String(required=True, validate=[validate.OneOf(_STATUSES)])
    patient = fields.String(required=True, allow_none=True)
    respondent = fields.String(required=True, allow_none=True)
    subject = fields.String(required=True)
    reason = fields.String(required=True)
    rules = fields.List(fields.String(), required=True)
    program_version = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "By which program it was judged, and whether with thresholds of the site or person."},
    )
    opened_at = Moment(required=True)
    acknowledged_at = Moment(required=True, allow_none=True)
    acknowledged_by = fields.String(required=True, allow_none=True, metadata={"description": "A staff id."})
    contacted_at = Moment(required=True, allow_none=True)
    resolved_at = Moment(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    not_useful_because = fields.String(required=True, allow_none=True)
    next_action_at = Moment(
        required=True, allow_none=True, metadata={"description": "When the escalation takes its next step."}
    )
    events = fields.List(fields.Nested(AlertEventOut), required=True)


class AlertQuery(ListQuery):
    """Which alerts."""

    status = fields.String(
        validate=[validate.OneOf([*_STATUSES, OPEN])],
        metadata={"description": "`open` is whatever is not resolved."},
    )
    tier = fields.String(validate=[validate.OneOf(_TIERS)])
    patient = fields.String(validate=[validate.Length(max=LONGEST_FILTER)])


class AcknowledgeIn(Schema):
    """Who takes the alert. Without `staff` it is the one person who is on call now."""

    staff = fields.String(validate=[validate.Length(min=1, max=200)], metadata=_STAFF)


class ResolveIn(Schema):
    """What the alert came to. A red one also needs `contacted_at`, which is now where the outcome implies contact."""

    outcome = fields.String(required=True, validate=[validate.OneOf([outcome.value for outcome in Outcome])])
    note = fields.String(allow_none=True, validate=[_NOTE])
    contacted_at = Moment(allow_none=True)
    reason = fields.String(allow_none=True, validate=[_NOTE], metadata={"description": "Needed for `not_useful`."})
    because = fields.String(
        allow_none=True,
        validate=[validate.OneOf([reason.value for reason in NotUseful])],
        metadata={"description": "With `not_useful`: why, as a code; `other` unless given."},
    )
    staff = fields.String(validate=[validate.Length(min=1, max=200)], metadata=_STAFF)


class ReopenIn(Schema):
    """Why the alert is taken up again."""

    note = fields.String(allow_none=True, validate=[_NOTE])


class NoteIn(Schema):
    """A note for the alert's history."""

    note = fields.String(required=True, validate=[validate.Length(min=1, max=2000)])


class AssignIn(Schema):
    """Whose text it was: a patient, or with `related_person` somebody who helps them."""

    patient = fields.String(required=True, validate=[validate.Length(min=1, max=40)], metadata={"description": "Id."})
    related_person = fields.String(
        allow_none=True, validate=[validate.Length(min=1, max=40)], metadata={"description": "Id."}
    )
    save_number = YesNo(
        load_default=False,
        metadata={"description": "Text them on this number from now on; not done where somebody else has it too."},
    )
    staff = fields.String(validate=[validate.Length(min=1, max=200)], metadata=_STAFF)


class DismissIn(Schema):
    """Why a text is nobody's here. A red one needs `answered_by_phone`; `other` needs a note."""

    reason = fields.String(required=True, validate=[validate.OneOf([reason.value for reason in Dismissal])])
    note = fields.String(allow_none=True, validate=[_NOTE])
    staff = fields.String(validate=[validate.Length(min=1, max=200)], metadata=_STAFF)


class SnoozeIn(Schema):
    """What is expected of this symptom, until when (`until`, or so many `days` from now; at most 30), and why."""

    expected = Number(required=True)
    until = Moment()
    days = Whole(validate=[validate.Range(min=1, max=30)])
    reason = fields.String(required=True, validate=[validate.Length(min=1, max=300)])


class HandOverIn(Schema):
    """Who the alert goes to."""

    staff = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=200)],
        metadata={"description": "The id or e-mail address of the new owner."},
    )
    reason = fields.String(validate=[validate.Length(max=300)])


class ConfirmIn(Schema):
    """Who decided."""

    staff = fields.String(validate=[validate.Length(min=1, max=200)], metadata=_STAFF)


class NothingIn(Schema):
    """Nothing more is needed."""
