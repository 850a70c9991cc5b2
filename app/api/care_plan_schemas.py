"""What goes into and comes out of the calls on levels, on what is expected, and on rules that differ."""

from marshmallow import Schema, fields, validate

from app.alerts.overrides import CHANGEABLE
from app.api.fields import Moment, Number, Whole, YesNo
from app.api.lists import LONGEST_FILTER
from app.careplans.levels import LevelKind
from app.codes import Respondent

_KINDS = [kind.value for kind in LevelKind]
_RESPONDENTS = [respondent.value for respondent in Respondent]
_ITEM = {"description": "The question's code; a question without one goes by its `link_id`."}
_OPERANDS = {"description": 'Operands by operator, such as `{"at_least": 8}`.'}


class LevelOut(Schema):
    """A goal or a baseline in force. A default goal was set by nobody."""

    kind = fields.String(required=True, validate=[validate.OneOf(_KINDS)])
    respondent = fields.String(required=True, validate=[validate.OneOf(_RESPONDENTS)])
    item = fields.String(required=True, metadata=_ITEM)
    label = fields.String(required=True)
    value = Number(required=True)
    default = YesNo(required=True)
    set_at = Moment(required=True, allow_none=True)
    set_by = fields.String(required=True)


class LevelIn(Schema):
    """A level to set. With `value` null the one before is taken back."""

    kind = fields.String(required=True, validate=[validate.OneOf(_KINDS)])
    item = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=80)],
        metadata={"description": "A `link_id` or code of a question that they are asked."},
    )
    value = Number(required=True, allow_none=True)
    respondent = fields.String(load_default="self", validate=[validate.OneOf(_RESPONDENTS)])


class SnoozeOut(Schema):
    """What is expected of a subject for now; `held_back` counts the check-ins in which it kept quiet."""

    id = fields.String(required=True)
    alert_id = fields.String(required=True, allow_none=True)
    subject = fields.String(required=True)
    expected = Number(required=True)
    reason = fields.String(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    set_by = fields.String(required=True)
    held_back = Whole(required=True)
    last_held_at = Moment(required=True, allow_none=True)


class RuleOverrideOut(Schema):
    """A rule as it holds for the site, or for one patient, beside what it is as published (`standard`)."""

    id = fields.String(required=True)
    program = fields.String(required=True)
    rule = fields.String(required=True)
    tier = fields.String(required=True)
    patient = fields.String(required=True, allow_none=True)
    version = Whole(required=True)
    muted = YesNo(required=True)
    change = fields.Dict(required=True, keys=fields.String(), values=Number(), metadata=_OPERANDS)
    standard = fields.Dict(required=True, keys=fields.String(), values=Number(), metadata=_OPERANDS)
    reason = fields.String(required=True)
    since = Moment(required=True)
    until = Moment(required=True, allow_none=True)
    set_by = fields.String(required=True)
    fits = YesNo(required=True, metadata={"description": "False when the program has changed, and this has no effect."})


class RuleOverrideQuery(Schema):
    """Which overrides."""

    patient = fields.String(validate=[validate.Length(max=LONGEST_FILTER)])


class RuleOverrideIn(Schema):
    """How a rule is to hold: `muted`, or with other operands. For a whole site it takes a token of scope admin."""

    rule = fields.String(required=True, validate=[validate.Length(min=1, max=80)])
    program = fields.String(
        validate=[validate.Length(min=1, max=80)],
        metadata={"description": "May be left out for a patient who follows only one."},
    )
    patient = fields.String(validate=[validate.Length(min=1, max=40)], metadata={"description": "Id."})
    muted = YesNo(load_default=False)
    change = fields.Dict(
        keys=fields.String(validate=[validate.OneOf(CHANGEABLE)]),
        values=Number(),
        validate=[validate.Length(min=1, max=len(CHANGEABLE))],
        metadata=_OPERANDS,
    )
    reason = fields.String(required=True, validate=[validate.Length(min=1, max=300)])
    until = Moment(metadata={"description": "Needed to mute a rule for a patient: at most 30 days from now."})
