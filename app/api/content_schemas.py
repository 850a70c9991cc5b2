"""What comes out of the calls on published content."""

from marshmallow import Schema, fields, validate

from app.api.fields import Moment, YesNo

_TEXTS = {"description": "Wording by language."}


class ProgramCheckinOut(Schema):
    """A repeating check-in of a program."""

    name = fields.String(required=True)
    questionnaire = fields.String(required=True)
    respondent = fields.String(required=True)


class ProgramOut(Schema):
    """One published version of a program."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.String(required=True)
    current = YesNo(required=True, metadata={"description": "New enrolments of the site follow this version."})
    published_at = Moment(required=True)
    check_ins = fields.List(fields.Nested(ProgramCheckinOut), required=True)


class ItemOptionOut(Schema):
    """One option of a choice."""

    value = fields.Integer(required=True)
    text = fields.Dict(required=True, keys=fields.String(), values=fields.String(), metadata=_TEXTS)


class ItemOut(Schema):
    """One question."""

    link_id = fields.String(required=True)
    type = fields.String(required=True, validate=[validate.OneOf(["scale", "choice", "number", "text", "date"])])
    min = fields.Float(required=True, allow_none=True)
    max = fields.Float(required=True, allow_none=True)
    text = fields.Dict(required=True, keys=fields.String(), values=fields.String(), metadata=_TEXTS)
    options = fields.List(fields.Nested(ItemOptionOut), required=True)


class QuestionnaireOut(Schema):
    """One published version of a questionnaire."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True)
    version = fields.String(required=True)
    license = fields.String(required=True, allow_none=True)
    title = fields.Dict(required=True, keys=fields.String(), values=fields.String(), metadata=_TEXTS)
    published_at = Moment(required=True)
    items = fields.List(fields.Nested(ItemOut), required=True)
