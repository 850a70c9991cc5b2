"""What every answer carries, and what is refused."""

import pytest
from flask import Flask

from tests.edges.web.pages import PASSWORD, Pages, give_password
from tests.factories import ANA, create_patient
from tests.world import Clinic

PAGES = ["/sign-in", "/worklist", "/c/nonsense", "/nowhere", "/phones", "/healthz"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_headers(pages: Pages, path: str) -> None:
    headers = pages.client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "max-age=31536000" in headers["Strict-Transport-Security"]


def test_pages_hold_nothing_inline(nora: Pages, clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    clinic.text(ANA, "chest pain")
    clinic.gateway.ignore_the_rest()
    for path in ("/worklist", "/phones", "/patients", f"/patients/{patient_id}", f"/alerts/{clinic.alert().id}"):
        page = nora.get(path)
        assert " style=" not in page and "<style" not in page and " onclick" not in page
        assert "<script>" not in page
        assert "https://" not in page.replace("https://bedside.example", "")


def test_static_files_may_be_kept_for_ever_at_the_address_that_names_their_content(pages: Pages) -> None:
    page = pages.get("/sign-in")
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    with pages.client.get(address) as named, pages.client.get("/static/site.css") as unnamed:
        assert "immutable" in named.headers["Cache-Control"]
        assert "immutable" not in unnamed.headers["Cache-Control"]
    assert pages.client.get("/static/../__init__.py").status_code == 404


def test_the_session_cookie_is_out_of_reach(pages: Pages, clinic: Clinic) -> None:
    give_password(clinic, "nora@riverside.example")
    pages.get("/sign-in")
    response = pages.send("/sign-in", email="nora@riverside.example", password=PASSWORD)
    (cookie,) = [c for c in response.headers.getlist("Set-Cookie") if c.startswith("bedside_session=")]
    assert "HttpOnly" in cookie and "Secure" in cookie and "SameSite=Lax" in cookie


def test_a_form_that_we_did_not_make_is_refused(nora: Pages, clinic: Clinic) -> None:
    create_patient(clinic.service, site_id=clinic.site_id)
    clinic.text(ANA, "chest pain")
    clinic.gateway.ignore_the_rest()
    path = f"/alerts/{clinic.alert().id}/acknowledge"
    assert nora.client.post(path).status_code == 400
    assert nora.client.post(path, data={"csrf_token": "made up"}).status_code == 400
    assert clinic.alert().status == "triggered"


def test_every_form_needs_its_token(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("web.") and "POST" in (rule.methods or ()):
            with app.test_request_context():
                path = rule.build({name: "x" for name in rule.arguments})
            assert path is not None
            assert client.post(path[1]).status_code in (303, 400), rule.endpoint


def test_unknown_and_wrong_sound_the_same(pages: Pages, clinic: Clinic) -> None:
    give_password(clinic, "nora@riverside.example")
    pages.get("/sign-in")
    wrong = pages.post("/sign-in", status=422, email="nora@riverside.example", password="not the password")
    unknown = pages.post("/sign-in", status=422, email="nobody@riverside.example", password="not the password")
    said = "The e-mail address or the password is not right."
    assert said in wrong and said in unknown


def test_guessing_passwords_is_slowed_down(pages: Pages) -> None:
    pages.get("/sign-in")
    answers = [pages.send("/sign-in", email="", password="") for _ in range(31)]
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert "Too many tries" in answers[-1].text


def test_a_form_that_is_too_large_is_refused_kindly(nora: Pages) -> None:
    response = nora.send("/alerts/x/note", text="x" * 2_000_000)
    assert response.status_code == 413
    assert "shorten" in response.text


def test_words_of_a_person_are_never_markup(nora: Pages, clinic: Clinic) -> None:
    create_patient(clinic.service, site_id=clinic.site_id, given_name="<b>Ana</b>")
    clinic.text(ANA, "chest pain <script>alert(1)</script>")
    clinic.gateway.ignore_the_rest()
    for path in ("/worklist", f"/alerts/{clinic.alert().id}", "/phones"):
        text = nora.client.get(path).text
        assert "<script>alert" not in text and "<b>Ana" not in text
        assert "&lt;script&gt;" in text or path == "/worklist"


def test_the_api_answers_for_itself(pages: Pages) -> None:
    response = pages.client.get("/api/v1/nowhere")
    assert response.status_code in (401, 404)
    assert response.mimetype == "application/problem+json"
    assert pages.client.get("/webhooks/nowhere").status_code == 404
