"""Every column that holds something personal is sealed, and the list of them is read by a person."""

from sqlalchemy.orm import configure_mappers

from app.columns import Base, Encrypted, encrypted, sealed_attributes
from app.tables import metadata

SEALED = {
    "alert.reason",
    "alert_event.detail",
    "answer.text",
    "contact_point.value",
    "idempotent_answer.body",
    "inbound_message.body",
    "inbound_message.raw_body",
    "inbound_message.sender",
    "outbound_message.body",
    "outbound_message.recipient",
    "patient.birth_date",
    "patient.family_name",
    "patient.given_name",
    "patient.mrn",
    "practitioner.email",
    "practitioner.name",
    "practitioner.phone",
    "related_person.name",
    "related_person.second_fact",
    "rule_override.reason",
    "snooze.reason",
}

SOUNDS_PERSONAL = ("name", "phone", "email", "birth", "body", "text", "note", "address", "reason", "detail", "mrn")

PLAIN_ALL_THE_SAME = {
    "api_token.name": "staff's word for a program",
    "audit_event.detail": "may hold no personal data; ids and codes",
    "checkin.name": "the program's word for the occasion",
    "checkin_plan.name": "the program's word for the occasion",
    "consent.text_version": "which wording was agreed to",
    "on_call_schedule.name": "the clinic's word for a rota",
    "patient.mrn_index": "a keyed hash",
    "practitioner.email_index": "a keyed hash",
    "practitioner.phone_index": "a keyed hash",
    "practitioner.phone_status": "a code",
    "program.name": "content",
    "questionnaire.name": "content",
    "sign_in_failure.email_index": "a keyed hash",
    "site.after_hours_phone": "printed on the clinic's door",
    "site.comfort_phone": "the home team's own number",
    "site.fallback_name": "who answers for the clinic; told in messages",
    "site.fallback_phone": "the clinic's own number",
    "site.public_name": "public",
    "site_program.name": "content",
}


def columns() -> dict[str, bool]:
    """``table.column`` of every table, and whether it is sealed."""
    return {
        f"{table.name}.{column.name}": isinstance(column.type, Encrypted)
        for table in metadata.tables.values()
        for column in table.columns
    }


def test_the_sealed_columns_are_these() -> None:
    assert {name for name, sealed in columns().items() if sealed} == SEALED


def test_what_sounds_personal_is_sealed_or_explained() -> None:
    plain = {
        name
        for name, sealed in columns().items()
        if not sealed and any(word in name.partition(".")[2] for word in SOUNDS_PERSONAL)
    }
    assert plain == set(PLAIN_ALL_THE_SAME)


def test_every_sealed_column_has_a_plain_view_of_itself() -> None:
    configure_mappers()
    for mapper in Base.registry.mappers:
        views = {view.attribute: name for name, view in vars(mapper.class_).items() if isinstance(view, encrypted)}
        assert set(views) == set(sealed_attributes(mapper.class_)), mapper.class_
        for attribute, name in views.items():
            assert mapper.attrs[attribute].columns[0].name == name
