"""The list of patients and one patient's page."""

import re
from datetime import timedelta

from app.audit.models import AuditEvent
from app.patients.models import ContactPoint
from tests.edges.web.pages import Pages, link_to, text_of
from tests.factories import ANA, BEN, ROSA, create_patient, create_patients, create_related_person
from tests.world import Clinic, counting


def names_in(page: str) -> list[str]:
    return re.findall(r'href="/patients/\w+">([^<]+)</a>', page)


def test_an_empty_list_says_what_to_do(nora: Pages) -> None:
    assert "No patients yet" in nora.get("/patients")


def test_search_finds_whole_words_and_record_numbers(nora: Pages, clinic: Clinic) -> None:
    create_patient(clinic.service, site_id=clinic.site_id, given_name="José", family_name="García López", mrn="A 17")
    create_patient(clinic.service, site_id=clinic.site_id, phone=BEN, given_name="Ben", family_name="Lopez")
    for search, found in {
        "jose": ["José García López"], "LOPEZ": ["Ben Lopez", "José García López"],
        "garcia jose": ["José García López"],
        "A 17": ["José García López"], "lop": [], "jose ben": [], "17": [],
    }.items():  # fmt: skip
        assert sorted(names_in(nora.get("/patients", query_string={"q": search}))) == found, search
    assert "Nobody found" in nora.get("/patients?q=nobody")
    clinic.gateway.ignore_the_rest()


def test_a_long_list_comes_in_pages_in_few_statements(nora: Pages, clinic: Clinic) -> None:
    create_patients(clinic.service, site_id=clinic.site_id, how_many=55, program=None)
    db = nora.app.extensions["bedside"].service.db
    with counting(db) as statements:
        first = nora.get("/patients")
    assert len([s for s in statements if s.startswith("SELECT")]) <= 12
    second = nora.get("/patients?page=2")
    assert len(names_in(first)) == 50 and len(names_in(second)) == 5
    assert not set(names_in(first)) & set(names_in(second))
    for page in ("0", "-1", "many", "99999999999999999999"):
        nora.get(f"/patients?page={page}")


def test_no_answer_is_never_shown_as_fine(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    clinic.ask(patient_id)
    assert "Waiting for an answer" in nora.get(f"/patients/{patient_id}")
    clinic.at("tue 10:05")
    clinic.gateway.ignore_the_rest()
    nora.sign_in("nora@riverside.example")
    page = text_of(nora.get(f"/patients/{patient_id}"))
    assert "No answer. We do not know how they were." in page
    assert "Waiting for an answer" in page  # the check-in of the day after


def test_answers_and_charts_with_a_table_that_says_the_same(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    clinic.at("tue 10:01")
    clinic.text(ANA, "2 1 3")
    clinic.at("thu 10:01")
    clinic.text(ANA, "6 1 3")
    clinic.gateway.ignore_the_rest()
    nora.sign_in("nora@riverside.example")
    page = nora.get(f"/patients/{patient_id}")
    pain = page.partition('id="chart-self-pain"')[2].partition("</figure>")[0]
    assert pain.count("<circle") == 2 and pain.count('class="gap"') == 1
    assert "<polyline" not in pain  # nothing is known of Wednesday: no line runs through it
    rows = re.findall(r"<td>([^<]+)</td><td>([^<]+)</td>", pain)
    assert [value for _, value in rows] == ["6", "no answer", "2"]
    assert "Last 6 on Thu 5 Mar; from 2 to 6 in 2 answers, 1 without an answer." in pain
    assert "Thu 5 Mar, 10:01" in page and "answered in part" in page.lower()


def test_a_check_in_of_which_everything_was_skipped_so_far_has_no_chart(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    clinic.ask(patient_id)
    clinic.text(ANA, "SKIP")
    clinic.gateway.ignore_the_rest()
    page = nora.get(f"/patients/{patient_id}")
    assert "skipped" in page and 'class="chart"' not in page


def test_the_conversation_reads_as_it_happened(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=patient_id)
    clinic.ask(patient_id)
    clinic.clock.advance(minutes=3)
    clinic.text(ANA, "2 1 3")
    clinic.clock.advance(minutes=3)
    clinic.text(ROSA, "She sleeps a lot")
    clinic.gateway.ignore_the_rest()
    talk = text_of("<body>" + nora.get(f"/patients/{patient_id}").partition('class="talk"')[2].partition("</ol>")[0])
    assert (
        talk.index("welcome") < talk.index("how are you today?") < talk.index("2 1 3") < talk.index("She sleeps a lot")
    )
    assert "Rosa Flores, Mon 2 Mar, 10:06" in talk
    assert "queued" in talk


def test_staff_do_not_see_the_secret_of_a_form_link(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    clinic.ask(patient_id)
    clinic.gateway.ignore_the_rest()
    page = nora.get(f"/patients/{patient_id}")
    assert link_to(clinic, ANA) not in page and "/c/…" in page


def test_each_number_says_what_is_known_of_it(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    path = f"/patients/{patient_id}"
    clinic.damage(ContactPoint, heard_from_at=None)
    assert "Texts reach it · not heard from yet" in text_of(nora.get(path))
    for status, said in {
        "opted_out": "Asked us to stop", "unreachable": "Cannot be reached",
        "unconfirmed": "Not sure that it is still theirs", "wrong": "Wrong number: somebody else's",
    }.items():  # fmt: skip
        clinic.damage(ContactPoint, status=status)
        assert said in text_of(nora.get(path)), status
    assert f"tel:{ANA}" not in nora.get(path)  # nobody calls a wrong number by mistake
    until = clinic.clock.now() + timedelta(hours=5)
    clinic.damage(ContactPoint, status="active", paused_until=until, heard_from_at=clinic.clock.now())
    assert "Texts reach it · paused until 15:00 · last heard from Mon 2 Mar" in text_of(nora.get(path))
    clinic.clock.advance(hours=6)
    nora.sign_in("nora@riverside.example")
    assert "paused until" not in text_of(nora.get(path))
    clinic.gateway.ignore_the_rest()


def test_reading_a_chart_is_written_into_the_audit(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    nora.get(f"/patients/{patient_id}")
    (event,) = clinic.rows(AuditEvent, action="read", entity="patient")
    assert (event.agent, event.entity_id) == (f"practitioner:{clinic.nora}", patient_id)


def test_a_nurse_sends_a_check_in_now_and_once(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    nora.get(f"/patients/{patient_id}")
    path = f"/patients/{patient_id}/check-ins"
    assert "The daily check-in is on its way." in nora.post(path, check_in="daily")
    assert "is open for this person already" in nora.post(path, check_in="daily")
    assert "The check-in was not sent" in nora.post(path, check_in="nonsense")
    assert len(clinic.checkins()) == 1


def test_past_alerts_say_what_came_of_them(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    clinic.text(ANA, "chest pain")
    nora.get("/worklist")
    nora.post(f"/alerts/{clinic.alert().id}/resolve", outcome="sent_to_emergency")
    clinic.gateway.ignore_the_rest()
    page = text_of(nora.get(f"/patients/{patient_id}"))
    assert "Past alerts" in page and "Sent to emergency care" in page and "Open alerts" not in page
