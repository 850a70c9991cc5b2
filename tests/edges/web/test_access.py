"""Every page declares whom it is for, and nobody else gets in."""

import pytest
from flask import Flask

from app.staff.roles import Permission
from app.web.access import Access, Who, access_of, staff
from app.workflows.manage_staff import disable_staff
from tests.edges.web.pages import Pages, give_password
from tests.factories import AGENT, ANA, create_patient, create_practitioner, create_site
from tests.world import Clinic

FOR_STAFF = ["/worklist", "/worklist/rows", "/patients", "/patients/x", "/alerts/x", "/on-call"]


def views(app: Flask) -> dict[str, Access | None]:
    return {
        rule.endpoint: access_of(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ("web", "health")
    }


def test_every_view_declares_who_may_use_it(app: Flask) -> None:
    assert len(views(app)) > 20
    assert {name for name, access in views(app).items() if access is None} == set()


def test_anybody_may_use_only_these(app: Flask) -> None:
    assert {name for name, access in views(app).items() if access and access.who is Who.PUBLIC} == {
        "web.home", "web.show_sign_in", "web.sign_in", "web.sign_out", "web.static_file",
        "health.healthz", "health.readyz", "health.metrics",
    }  # fmt: skip


def test_what_changes_an_alert_needs_the_right_to_act() -> None:
    assert access_of(staff(Permission.ACT_ON_ALERTS)(lambda: "")) == Access(Who.STAFF, Permission.ACT_ON_ALERTS)


@pytest.mark.parametrize("path", FOR_STAFF)
def test_whoever_is_not_signed_in_is_sent_to_sign_in(pages: Pages, path: str) -> None:
    response = pages.client.get(path)
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/sign-in")


def test_one_comes_back_to_the_page_one_wanted(pages: Pages, clinic: Clinic) -> None:
    give_password(clinic, "nora@riverside.example")
    location = pages.client.get("/patients?q=ana").headers["Location"]
    pages.get(location)
    response = pages.send(
        "/sign-in", email="nora@riverside.example", password="wrong but long enough", next="/patients?q=ana"
    )
    assert response.status_code == 422 and "not right" in response.text
    assert 'value="/patients?q=ana"' in response.text


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"])
def test_nobody_is_led_elsewhere_after_signing_in(nora: Pages, elsewhere: str) -> None:
    response = nora.client.get("/sign-in", query_string={"next": elsewhere})
    assert response.headers["Location"] == "/worklist"


def test_a_coordinator_reads_and_does_not_act(pages: Pages, clinic: Clinic) -> None:
    create_practitioner(
        clinic.service, site_id=clinic.site_id, name="Cora Diaz", role="coordinator", phone=None,
        email="cora@riverside.example",
    )  # fmt: skip
    create_patient(clinic.service, site_id=clinic.site_id)
    clinic.text(ANA, "chest pain")
    clinic.gateway.ignore_the_rest()
    give_password(clinic, "cora@riverside.example")
    page = pages.sign_in("cora@riverside.example")
    assert "Ana Flores" in page and ">Take" not in page
    assert "What came of it?" not in pages.get(f"/alerts/{clinic.alert().id}")
    assert pages.send(f"/alerts/{clinic.alert().id}/acknowledge").status_code == 403
    assert clinic.alert().status == "triggered"


def test_a_manager_reads_no_charts(pages: Pages, clinic: Clinic) -> None:
    create_practitioner(
        clinic.service, site_id=clinic.site_id, name="Priya Rao", role="manager", phone=None,
        email="priya@riverside.example",
    )  # fmt: skip
    give_password(clinic, "priya@riverside.example")
    pages.get("/sign-in")
    pages.send("/sign-in", email="priya@riverside.example", password="a long sentence that nobody guesses")
    assert "Your role does not include this" in pages.get("/patients", status=403)


def test_a_nurse_of_another_site_finds_nothing(pages: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    clinic.text(ANA, "chest pain")
    clinic.gateway.ignore_the_rest()
    other = create_site(clinic.service, code="hill", public_name="Hill Clinic")
    create_practitioner(
        clinic.service, site_id=other, name="Stan Brook", phone=None, email="stan@hill.example",
        password="a long sentence that nobody guesses",
    )  # fmt: skip
    assert "Hill Clinic" in pages.sign_in("stan@hill.example")
    for path in ("/worklist", "/patients", "/patients?q=Ana", "/patients?q=Flores"):
        assert "Flores</a>" not in pages.get(path)
    for path in (f"/patients/{patient_id}", f"/alerts/{clinic.alert().id}"):
        pages.get(path, status=404)
    for action in ("acknowledge", "resolve", "note", "reopen"):
        sent = pages.send(f"/alerts/{clinic.alert().id}/{action}", outcome="referred", text="x")
        assert sent.status_code == 404
    assert pages.send(f"/patients/{patient_id}/check-ins", check_in="daily").status_code == 404
    assert clinic.alert().status == "triggered"


def test_who_is_disabled_is_out_at_once(nora: Pages, clinic: Clinic) -> None:
    disable_staff(clinic.service, site_id=clinic.site_id, email="nora@riverside.example", agent=AGENT)
    assert nora.client.get("/worklist").status_code == 303


def test_signed_out_after_a_quarter_of_an_hour_without_a_sign(nora: Pages, clinic: Clinic) -> None:
    clinic.clock.advance(minutes=14)
    nora.get("/worklist")
    clinic.clock.advance(minutes=14)
    nora.get("/worklist")
    clinic.clock.advance(minutes=16)
    assert nora.client.get("/worklist").status_code == 303


def test_signing_out_ends_the_session_and_not_only_the_cookie(nora: Pages) -> None:
    nora.get("/worklist")
    cookie = nora.client.get_cookie("bedside_session")
    assert cookie is not None
    nora.post("/sign-out")
    nora.client.set_cookie("bedside_session", cookie.value)
    assert nora.client.get("/worklist").status_code == 303
