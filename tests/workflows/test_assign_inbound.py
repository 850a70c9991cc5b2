"""A text that we could not place: a nurse says whose it was, and it counts as if it had come from their number."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.alerts.models import Alert
from app.audit.models import AuditEvent
from app.errors import Conflict, NotFound, Rejected
from app.patients.models import ContactPoint
from app.workflows.assign_inbound import Number, Placed, assign_inbound, dismiss_inbound
from app.workflows.resolve_alert import ResolutionGiven, reopen_alert, resolve_alert
from tests.factories import ANA, BEN, NORA, STRANGER, create_patient, create_related_person, create_site
from tests.world import Clinic


def assign(clinic: Clinic, alert_id: str, patient_id: str, **changes: object) -> Placed:
    """Nora says that Ana wrote it, unless said otherwise."""
    said: dict[str, object] = {
        "site_id": clinic.site_id, "patient_id": patient_id, "related_person_id": None, "save_number": False,
        "practitioner_id": clinic.nora, "agent": f"practitioner:{clinic.nora}",
    }  # fmt: skip
    return assign_inbound(clinic.service, alert_id=alert_id, **{**said, **changes})  # type: ignore[arg-type]


def dismiss(clinic: Clinic, alert_id: str, reason: str, note: str | None = None) -> None:
    dismiss_inbound(
        clinic.service, site_id=clinic.site_id, alert_id=alert_id, reason=reason, note=note,
        practitioner_id=clinic.nora, agent=f"practitioner:{clinic.nora}",
    )  # fmt: skip


def strange(clinic: Clinic, *texts: str, sender: str = STRANGER) -> str:
    """Somebody whom nobody knows writes, a minute apart; the id of the review alert."""
    for text in texts:
        clinic.text(sender, text)
        clinic.clock.advance(minutes=1)
    clinic.gateway.ignore_the_rest()
    return clinic.alert(kind="review", patient_id=None, status="triggered").id


def test_anas_answers_from_a_strange_number_count_and_nora_is_paged(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    alert_id = strange(clinic, "8 3 5")
    placed = assign(clinic, alert_id, ana)
    pain = clinic.alert(subject="self:pain")
    assert clinic.answers() == {"pain": 8, "breathlessness": 3, "tiredness": 5}
    assert (pain.tier, pain.patient_id, pain.status) == ("red", ana, "triggered")
    assert placed == Placed(texts=1, codes=(pain.code,), number=Number.LEFT)
    clinic.hurry()
    clinic.gateway.expect(NORA, pain.code)
    clinic.gateway.nothing_unexpected()  # and nobody is replied to
    review = clinic.alert(id=alert_id)
    assert (review.status, review.outcome) == ("resolved", "expected_no_change")
    assert review.happened("assigned") == [f"It was Ana Flores. See {pain.code}."]


def test_all_texts_of_the_number_are_taken_in_the_oldest_first(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    alert_id = strange(clinic, "2 3 1", "2 1", "and my new phone works")
    assert assign(clinic, alert_id, ana).texts == 3
    assert clinic.answers()["pain"] == 2
    texts = [row for row in clinic.inbox() if row.result == "assigned"]
    assert len(texts) == 3 and {row.patient_id for row in texts} == {ana}
    written = [event for event in clinic.rows(AuditEvent, action="assign") if event.detail["patient"] == ana]
    assert sorted(event.entity_id for event in written) == sorted(row.id for row in texts)


def test_words_before_the_numbers_do_not_spoil_them(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    asked = clinic.checkins()[0].asked
    alert_id = strange(clinic, "it is me, Ana", "from my new phone", "8 3 5")
    assign(clinic, alert_id, ana)
    assert clinic.answers() == {"pain": 8, "breathlessness": 3, "tiredness": 5}
    assert clinic.alert(subject="message").happened("evidence") == ["A message outside a check-in: from my new phone"]
    assert clinic.checkins()[0].asked == asked  # she was not asked anything since
    clinic.gateway.ignore_the_rest()


def test_a_red_instruction_that_she_was_not_given_is_given_when_she_writes_again(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    assign(clinic, strange(clinic, "8 3 5"), ana)
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "9 3 5")
    clinic.gateway.expect(ANA, "We have alerted the nurse on shift")
    clinic.gateway.ignore_the_rest()


def test_a_text_of_last_month_that_was_dealt_with_is_left_alone(clinic: Clinic, ana: str) -> None:
    given = ResolutionGiven(outcome="not_useful", reason="an advert")
    dismiss(clinic, strange(clinic, "cheap pills"), "spam")
    clinic.clock.advance(days=2)
    by_hand = {"site_id": clinic.site_id, "practitioner_id": clinic.nora, "agent": "x"}
    resolve_alert(clinic.service, alert_id=strange(clinic, "cheaper pills"), given=given, **by_hand)
    clinic.clock.advance(days=2)
    assert assign(clinic, strange(clinic, "it is me, Ana"), ana).texts == 1
    results = [row.result for row in sorted(clinic.inbox(), key=lambda r: r.received_at)]
    assert results == ["dismissed", "unknown_sender", "assigned"]


def test_what_was_dismissed_by_mistake_can_be_placed_after_all(clinic: Clinic, ana: str) -> None:
    alert_id = strange(clinic, "it is me, Ana")
    dismiss(clinic, alert_id, "wrong_number")
    reopen_alert(clinic.service, site_id=clinic.site_id, alert_id=alert_id, agent="x", note="it was her")
    assert assign(clinic, alert_id, ana).texts == 1
    assert clinic.alert(subject="message").patient_id == ana
    clinic.gateway.ignore_the_rest()


def test_numbers_written_before_ana_was_asked_answer_nothing(clinic: Clinic, ana: str) -> None:
    alert_id = strange(clinic, "8 3 5")
    clinic.clock.advance(minutes=10)
    clinic.ask(ana)
    clinic.gateway.ignore_the_rest()
    assign(clinic, alert_id, ana)
    assert clinic.answers() == {}
    assert "8 3 5" in clinic.alert(patient_id=ana).reason


def test_numbers_for_yesterdays_check_in_answer_yesterdays(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 10:01")
    alert_id = strange(clinic, "8 3 5")
    clinic.at("wed 10:01")
    clinic.gateway.ignore_the_rest()
    assign(clinic, alert_id, ana)
    assert [(row.status, row.name) for row in clinic.checkins()] == [("partial", "daily"), ("issued", "daily")]
    assert clinic.alert(subject="self:pain").tier == "red"
    clinic.gateway.ignore_the_rest()


def test_words_become_a_message_of_that_patient(clinic: Clinic, ana: str) -> None:
    assign(clinic, strange(clinic, "can I take the pill with food?"), ana)
    message = clinic.alert(patient_id=ana)
    assert (message.kind, message.subject, message.tier) == ("review", "message", "watch")
    assert "pill with food" in message.reason


def test_what_was_red_stays_red_as_anas(clinic: Clinic, ana: str) -> None:
    alert_id = strange(clinic, "I have chest pain")
    assert clinic.alert(id=alert_id).tier == "red"
    assign(clinic, alert_id, ana)
    assert clinic.alert(patient_id=ana).subject == "words:chest_pain"
    clinic.gateway.ignore_the_rest()


def test_what_was_red_for_another_reason_does_not_become_less_urgent(clinic: Clinic, ana: str) -> None:
    alert_id = strange(clinic, "please somebody come")
    clinic.damage(Alert, {"id": alert_id}, tier="red")  # as a text is that the service failed on
    placed = assign(clinic, alert_id, ana)
    red = clinic.alert(patient_id=ana, tier="red")
    assert "please somebody come" in red.reason and red.code in placed.codes
    clinic.hurry()
    clinic.gateway.expect(NORA, red.code)
    clinic.gateway.ignore_the_rest()


def test_a_daughters_text_is_hers(clinic: Clinic, ana: str) -> None:
    rosa = create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    alert_id = strange(clinic, "Mum sleeps a lot")
    assign(clinic, alert_id, ana, related_person_id=rosa)
    assert [(row.patient_id, row.related_person_id) for row in clinic.inbox()] == [(ana, rosa)]
    assert "It was Rosa Flores, daughter of Ana Flores." in clinic.alert(id=alert_id).happened("assigned")[0]
    clinic.gateway.ignore_the_rest()


def test_a_saved_number_is_hers_from_then_on(clinic: Clinic, ana: str) -> None:
    alert_id = strange(clinic, "this is my new phone")
    assert assign(clinic, alert_id, ana, save_number=True).number == Number.SAVED
    clinic.ask(ana)
    clinic.gateway.expect(STRANGER, "how are you today?")
    clinic.text(STRANGER, "2 1 3")
    assert clinic.answers()["pain"] == 2
    clinic.gateway.ignore_the_rest()


def test_a_number_that_is_somebody_elses_too_is_not_saved(clinic: Clinic, ana: str) -> None:
    alert_id = strange(clinic, "hello from a borrowed phone")
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben", phone=STRANGER)
    assert assign(clinic, alert_id, ana, save_number=True).number == Number.SHARED
    assert [row.patient_id for row in clinic.rows(ContactPoint) if row.patient_id != ana] == [ben]
    assert len(clinic.rows(ContactPoint, patient_id=ana)) == 1
    assert "was not saved" in clinic.alert(id=alert_id).happened("assigned")[0]
    clinic.gateway.ignore_the_rest()


def test_on_a_shared_phone_only_that_text_is_placed(clinic: Clinic, ana: str) -> None:
    other = create_patient(clinic.service, site_id=clinic.site_id, family_name="Diaz")  # both are called Ana
    clinic.ask(other)
    clinic.ask(ana)
    for text in ("8 3 5", "1 1 1"):
        clinic.text(ANA, text)
        clinic.clock.advance(minutes=1)
    clinic.gateway.ignore_the_rest()
    first, second = clinic.alerts(kind="review", patient_id=None)
    assert assign(clinic, first.id, other, save_number=True).number == Number.THEIRS
    assert clinic.answers()["pain"] == 8
    assert clinic.alert(subject="self:pain").patient_id == other
    assert clinic.alert(id=second.id).status == "triggered"
    clinic.gateway.ignore_the_rest()


def test_who_comes_second_is_told_who_was_first(clinic: Clinic, ana: str) -> None:
    alert_id = strange(clinic, "hello")
    assign(clinic, alert_id, ana)
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben", phone=BEN)
    with pytest.raises(Conflict, match="Nora Lindqvist has settled this already"):
        assign(clinic, alert_id, ben, practitioner_id=clinic.omar)
    with pytest.raises(Conflict, match="Nora Lindqvist"):
        dismiss(clinic, alert_id, "spam")
    assert clinic.alerts(patient_id=ben) == []
    clinic.gateway.ignore_the_rest()


def test_of_two_nurses_at_once_one_places_it(clinic: Clinic, ana: str) -> None:
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben", phone=BEN)
    alert_id = strange(clinic, "a question about my pills")

    def place(patient_id: str, nurse: str) -> str:
        try:
            assign(clinic, alert_id, patient_id, practitioner_id=nurse)
        except Conflict as error:
            return str(error)
        return "placed"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(place, (ana, ben), (clinic.nora, clinic.omar)))
    assert said[0].endswith("has settled this already.") and said[1] == "placed"
    assert len(clinic.alerts(subject="message")) == 1
    clinic.gateway.ignore_the_rest()


def test_another_clinics_patient_or_alert_does_not_exist_here(clinic: Clinic, ana: str) -> None:
    alert_id = strange(clinic, "hello")
    elsewhere = create_site(clinic.service, code="other")
    theirs = create_patient(clinic.service, site_id=elsewhere, phone=BEN)
    rosa = create_related_person(clinic.service, site_id=elsewhere, patient_id=theirs)
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben", phone="+15550100255")
    bens_wife = create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ben)
    for wrong in (
        {"patient_id": theirs}, {"related_person_id": rosa}, {"related_person_id": bens_wife},
        {"site_id": elsewhere}, {"patient_id": "nobody"},
    ):  # fmt: skip
        with pytest.raises(NotFound):
            assign(clinic, alert_id, **{"patient_id": ana, **wrong})
    assert clinic.alert(id=alert_id).status == "triggered"
    assert [row.result for row in clinic.inbox()] == ["unknown_sender"]
    clinic.gateway.ignore_the_rest()


def test_an_alert_of_a_patient_has_nothing_to_place(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "just a message")
    clinic.gateway.ignore_the_rest()
    with pytest.raises(Conflict, match="not about a text"):
        assign(clinic, clinic.alert().id, ana)


def test_a_dismissed_text_is_kept_with_the_reason(clinic: Clinic) -> None:
    alert_id = strange(clinic, "cheap pills", "very cheap")
    dismiss(clinic, alert_id, "spam", "third time this week")
    alert = clinic.alert(id=alert_id)
    assert (alert.status, alert.outcome) == ("resolved", "not_useful")
    assert alert.happened("dismissed") == ["Spam. third time this week"]
    assert {row.result for row in clinic.inbox()} == {"dismissed"}
    assert {event.detail["reason"] for event in clinic.rows(AuditEvent, action="dismiss")} == {"spam"}


def test_a_red_one_is_not_dismissed_before_somebody_spoke_to_them(clinic: Clinic) -> None:
    alert_id = strange(clinic, "chest pain")
    with pytest.raises(Rejected, match="call the number first"):
        dismiss(clinic, alert_id, "spam")
    assert clinic.alert(id=alert_id).status == "triggered"
    dismiss(clinic, alert_id, "answered_by_phone")
    assert clinic.alert(id=alert_id).contacted_at == clinic.clock.now()
    clinic.later(timedelta(hours=1))
    assert not [page for page in clinic.paged(clinic.alert(id=alert_id)) if page[1] > 5]
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize(("reason", "note", "named"), [("bored", None, "reason"), ("other", " ", "note")])
def test_a_dismissal_says_why(clinic: Clinic, reason: str, note: str | None, named: str) -> None:
    alert_id = strange(clinic, "hello")
    with pytest.raises(Rejected) as refused:
        dismiss(clinic, alert_id, reason, note)
    assert list(refused.value.problems) == [named]
