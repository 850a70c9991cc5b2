"""What goes into and comes out of the calls on staff, rotas and shifts."""

from marshmallow import Schema, fields, validate

from app.api.fields import Day, Moment, Whole, YesNo
from app.codes import Language
from app.escalation.hours import WEEKDAYS
from app.escalation.oncall import ShiftRole, Team
from app.staff.roles import Role

_ROLES = [role.value for role in Role]
_SHIFT_ROLES = [role.value for role in ShiftRole]
_TEAMS = [team.value for team in Team]
_NAME = validate.Length(min=1, max=80)
_CLOCK = validate.Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", error="must be a time of day such as 08:00.")
_CLOCK_SAID = {"description": "A time of day by the wall clock of the rota's zone, such as `08:00`."}
_ID = validate.Length(min=1, max=40)


class StaffIn(Schema):
    """A member of staff to add. Without a password they cannot sign in, but can be paged and act by text."""

    name = fields.String(required=True, validate=[_NAME])
    email = fields.String(required=True, validate=[validate.Length(min=3, max=200)])
    phone = fields.String(allow_none=True)
    role = fields.String(required=True, validate=[validate.OneOf(_ROLES)])
    time_zone = fields.String(allow_none=True)
    language = fields.String(validate=[validate.OneOf([language.value for language in Language])])
    password = fields.String(load_only=True, validate=[validate.Length(min=12, max=200)])


class StaffOut(Schema):
    """A member of staff with their role at the site."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, validate=[validate.OneOf(_ROLES)])
    time_zone = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    active = YesNo(required=True)
    created_at = Moment(required=True)


class ScheduleIn(Schema):
    """A rota to make."""

    name = fields.String(required=True, validate=[_NAME])
    time_zone = fields.String(required=True)
    team = fields.String(
        validate=[validate.OneOf(_TEAMS)],
        metadata={
            "description": "`comfort` is the hospice's or home team, paged for people whose care is about comfort.",
            "default": "clinic",
        },
    )


class ScheduleOut(Schema):
    """A rota."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    time_zone = fields.String(required=True)
    team = fields.String(required=True, validate=[validate.OneOf(_TEAMS)])
    created_at = Moment(required=True)


class ShiftIn(Schema):
    """One person's time on duty."""

    staff = fields.String(required=True, metadata={"description": "A staff id."})
    role = fields.String(required=True, validate=[validate.OneOf(_SHIFT_ROLES)])
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class ShiftOut(Schema):
    """One person's time on duty."""

    id = fields.String(required=True)
    schedule = fields.String(required=True)
    staff = fields.String(required=True)
    role = fields.String(required=True, validate=[validate.OneOf(_SHIFT_ROLES)])
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class RotationIn(Schema):
    """People who take turns. Without `until_at` a day lasts until the next hand-over."""

    role = fields.String(required=True, validate=[validate.OneOf(_SHIFT_ROLES)])
    members = fields.List(
        fields.String(validate=[_ID]), required=True, validate=[validate.Length(min=1, max=20)],
        metadata={"description": "Staff ids; the first has the turn that begins on `starts_on`."},
    )  # fmt: skip
    starts_on = Day(required=True)
    hand_over_at = fields.String(required=True, validate=[_CLOCK], metadata=_CLOCK_SAID)
    turn_days = Whole(validate=[validate.Range(min=1, max=90)])
    until_at = fields.String(allow_none=True, validate=[_CLOCK], metadata=_CLOCK_SAID)
    days = fields.List(
        fields.String(validate=[validate.OneOf(WEEKDAYS)]), allow_none=True,
        validate=[validate.Length(min=1, max=len(WEEKDAYS))],
        metadata={"description": "The weekdays on which a day of duty may begin; all, when left out."},
    )  # fmt: skip
    ends_on = Day(allow_none=True, metadata={"description": "The first day that is not covered any more."})


class RotationOut(Schema):
    """People who take turns."""

    id = fields.String(required=True)
    schedule = fields.String(required=True)
    role = fields.String(required=True, validate=[validate.OneOf(_SHIFT_ROLES)])
    members = fields.List(fields.String(), required=True)
    starts_on = Day(required=True)
    hand_over_at = fields.String(required=True)
    turn_days = Whole(required=True)
    until_at = fields.String(required=True, allow_none=True)
    days = fields.List(fields.String(), required=True, allow_none=True)
    ends_on = Day(required=True, allow_none=True)
    created_at = Moment(required=True)


class RotationEnd(Schema):
    """When a rotation ends; left out, the day that is under way is its last."""

    ends_on = Day(metadata={"description": "The first day that is not covered any more."})


class Nothing(Schema):
    """An empty document."""


class StandInOut(ShiftOut):
    """Somebody who stands in for whoever would be on duty."""

    removed_at = Moment(required=True, allow_none=True)


class CoverQuery(Schema):
    """Which stretch of time; a week from now on unless said otherwise."""

    since = Moment()
    until = Moment()


class DutyOut(Schema):
    """One person's time on duty, as it comes out of shifts, rotations and stand-ins."""

    staff = fields.String(required=True)
    role = fields.String(required=True, validate=[validate.OneOf(_SHIFT_ROLES)])
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    can_be_paged = YesNo(required=True)


class GapOut(Schema):
    """A stretch in which nobody is on call who could be paged."""

    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class CoverOut(Schema):
    """Who is on duty, and where nobody is."""

    since = Moment(required=True)
    until = Moment(required=True)
    duties = fields.List(fields.Nested(DutyOut), required=True)
    gaps = fields.List(fields.Nested(GapOut), required=True)
