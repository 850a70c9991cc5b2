"""The page on which a manager tries a program out before anybody publishes it."""

import io

import pytest

from app.audit.models import AuditEvent
from app.checkins.models import PublishedProgram
from app.config import ROOT
from app.workflows.record_response import ResponseGiven, record_response
from tests.edges.web.pages import Pages, give_password, text_of
from tests.factories import AGENT, create_patients, create_practitioner
from tests.world import Clinic

SHIPPED = (ROOT / "programs" / "advanced-cancer.yaml").read_text(encoding="utf-8")
LENIENT = SHIPPED.replace("when: {item: pain, at_least: 7}", "when: {item: pain, at_least: 9}")
PATH = "/content/rehearsal"


@pytest.fixture
def priya(pages: Pages, clinic: Clinic) -> Pages:
    """The manager's browser, in a clinic where three people said that their pain is 8."""
    create_practitioner(
        clinic.service, site_id=clinic.site_id, name="Priya Rao", role="manager", phone=None,
        email="priya@riverside.example",
    )  # fmt: skip
    for patient_id in create_patients(clinic.service, site_id=clinic.site_id, how_many=3):
        given = ResponseGiven(answers={"pain": 8}, authored_at=clinic.clock.now(), check_in="daily")
        record_response(clinic.service, site_id=clinic.site_id, patient_id=patient_id, given=given, agent=AGENT)
    clinic.gateway.ignore_the_rest()
    give_password(clinic, "priya@riverside.example")
    pages.sign_in("priya@riverside.example")
    return pages


def test_a_manager_sees_who_would_no_longer_be_called_for(priya: Pages, clinic: Clinic) -> None:
    page = text_of(priya.post(PATH, 200, program=LENIENT))
    assert "The alerts of 3 of 3 people would differ." in page
    assert "Severe answers that call nobody" in page and "pain-severe 0 0 0 3 3" in page
    events = [(event.action, event.detail) for event in clinic.rows(AuditEvent, action="rehearse")]
    assert events == [("rehearse", {"program": f"advanced-cancer {clinic.rows(PublishedProgram)[0].version}"})]
    assert len(clinic.rows(PublishedProgram)) == 1


def test_a_managers_work_begins_here_and_no_link_leads_where_they_may_not_go(priya: Pages) -> None:
    page = priya.get(PATH)
    assert "/worklist" not in page and "/patients" not in page
    for way in ("/", "/sign-in"):
        assert priya.client.get(way).headers["Location"] == PATH
    assert "To your first page" in priya.get("/worklist", status=403)


def test_a_file_will_do_as_well_as_pasting(priya: Pages) -> None:
    file = (io.BytesIO(LENIENT.encode()), "advanced-cancer.yaml")
    response = priya.client.post(PATH, data={"csrf_token": priya.token, "program": "", "file": file})
    assert response.status_code == 200 and "3 of 3 people" in response.text


def test_what_cannot_be_rehearsed_is_said_and_nothing_is_lost(priya: Pages) -> None:
    misspelt = SHIPPED.replace("item: pain, at_least: 7", "item: paln, at_least: 7")
    for fields, said in (
        ({"program": ""}, "Paste a program, or choose a file."),
        ({"program": "name: [unclosed"}, "not readable as YAML"),
        ({"program": misspelt}, "paln"),
        ({"program": LENIENT, "days": "0"}, "Give a number of days from 1 to 365."),
        ({"program": LENIENT, "days": "٣"}, "Give a number of days from 1 to 365."),
    ):
        page = priya.post(PATH, 422, fields=fields)
        assert said in page and fields["program"].strip()[:40] in page
    assert "at most 200 KB" in priya.post(PATH, 422, program=f"# {'x' * 210_000}\n{SHIPPED}")


def test_nurses_do_not_rehearse(nora: Pages) -> None:
    assert "Your role does not include this" in nora.get(PATH, status=403)
    assert "Rehearsal" not in nora.get("/worklist")
