"""What goes into and comes out of the calls on patients and those who help them."""

from marshmallow import Schema, fields, validate

from app.api.fields import Day, Moment, Whole, YesNo
from app.api.lists import LONGEST_FILTER, ListQuery
from app.codes import Channel
from app.workflows.change_patient import INTENTS, SETTINGS, STATUSES

_NAME = validate.Length(min=1, max=80)
_CHANNELS = (Channel.SMS.value, Channel.WEB.value)


class ConsentIn(Schema):
    """How, when and to which text somebody agreed to be texted."""

    method = fields.String(required=True, validate=[validate.OneOf(["written", "verbal", "web"])])
    given_at = Moment(required=True)
    text_version = fields.String(required=True, validate=[validate.Length(min=1, max=40)])


class PatientIn(Schema):
    """A patient to register. Without `consent` the caller asserts that it was given by word of mouth."""

    given_name = fields.String(required=True, validate=[_NAME])
    family_name = fields.String(required=True, validate=[_NAME])
    birth_date = Day(required=True)
    phone = fields.String(required=True, metadata={"description": "In full, or as people of the country write it."})
    time_zone = fields.String(required=True, metadata={"description": "An IANA name, such as America/New_York."})
    language = fields.String(required=True, metadata={"description": "BCP 47, such as en or es."})
    preferred_channel = fields.String(validate=[validate.OneOf(_CHANNELS)])
    program = fields.String(metadata={"description": "Enrols at once."})
    mrn = fields.String(
        allow_none=True, validate=[validate.Length(max=64)], metadata={"description": "Unique at the site."}
    )
    consent = fields.Nested(ConsentIn)


class PatientChangesIn(Schema):
    """What is to change; fields that are left out stay as they are."""

    given_name = fields.String(validate=[_NAME])
    family_name = fields.String(validate=[_NAME])
    birth_date = Day()
    phone = fields.String()
    time_zone = fields.String()
    language = fields.String()
    preferred_channel = fields.String(validate=[validate.OneOf(_CHANNELS)])
    status = fields.String(validate=[validate.OneOf(STATUSES)])
    setting = fields.String(validate=[validate.OneOf(SETTINGS)])
    intent = fields.String(
        allow_none=True,
        validate=[validate.OneOf([*INTENTS, None])],
        metadata={"description": "What their care is for; null when that is not known any more."},
    )
    treatment_ended_at = Moment(
        allow_none=True,
        metadata={"description": "When treatment against the disease ended; null when it goes on."},
    )


class PatientOut(Schema):
    """A patient."""

    id = fields.String(required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    birth_date = Day(required=True)
    phone = fields.String(required=True, allow_none=True)
    time_zone = fields.String(required=True)
    language = fields.String(required=True)
    preferred_channel = fields.String(required=True)
    status = fields.String(required=True, validate=[validate.OneOf(STATUSES)])
    setting = fields.String(required=True)
    intent = fields.String(required=True, allow_none=True)
    treatment_ended_at = Moment(required=True, allow_none=True)
    mrn = fields.String(required=True, allow_none=True)
    program = fields.String(
        required=True, allow_none=True, metadata={"description": "The program that they follow now."}
    )
    created_at = Moment(required=True)


class PatientQuery(ListQuery):
    """Which patients."""

    q = fields.String(
        validate=[validate.Length(min=1, max=LONGEST_FILTER)],
        metadata={"description": "Whole words of a name, in any case and without accents, or a whole record number."},
    )
    status = fields.String(validate=[validate.OneOf(STATUSES)])
    program = fields.String(validate=[validate.Length(max=LONGEST_FILTER)])


class RelatedPersonIn(Schema):
    """Somebody who helps a patient. Who may report needs a `birth_year` or a `pin`: it opens their check-in link."""

    name = fields.String(required=True, validate=[_NAME])
    relationship = fields.String(required=True, validate=[validate.Length(min=1, max=40)])
    phone = fields.String(required=True)
    language = fields.String(required=True)
    may_report = YesNo(required=True)
    may_receive = YesNo(required=True)
    birth_year = Whole(allow_none=True, validate=[validate.Range(min=1890, max=2200)])
    pin = fields.String(allow_none=True, validate=[validate.Regexp("^[0-9]{4,8}$", error="must be 4 to 8 digits.")])
    consent = fields.Nested(ConsentIn)


class RelatedPersonOut(Schema):
    """Somebody who helps a patient."""

    id = fields.String(required=True)
    patient = fields.String(required=True)
    name = fields.String(required=True)
    relationship = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    may_report = YesNo(required=True)
    may_receive = YesNo(required=True)
    created_at = Moment(required=True)


class EnrolmentIn(Schema):
    """A program to start."""

    program = fields.String(required=True)


class EnrolmentOut(Schema):
    """A patient following a program."""

    id = fields.String(required=True)
    patient = fields.String(required=True)
    program = fields.String(required=True)
