"""What goes into and comes out of the calls on staff, rotas and shifts."""

from marshmallow import Schema, fields, validate

from app.api.fields import Moment, YesNo
from app.codes import Language
from app.escalation.oncall import ShiftRole
from app.staff.roles import Role

_ROLES = [role.value for role in Role]
_SHIFT_ROLES = [role.value for role in ShiftRole]
_NAME = validate.Length(min=1, max=80)


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


class ScheduleOut(Schema):
    """A rota."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    time_zone = fields.String(required=True)
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
