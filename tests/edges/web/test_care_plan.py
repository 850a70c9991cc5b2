"""A nurse says on the pages what holds for one person: what is expected, goals, rules, how often they are asked."""

import re

import pytest

from app.alerts.models import Snooze
from app.checkins.models import CheckinPlan
from app.patients.models import Patient
from tests.edges.web.pages import Pages, give_password, text_of
from tests.factories import ANA, OMAR, create_patient, create_practitioner
from tests.world import Clinic

FORM = re.compile(r'<form[^>]*action="([^"]+)"')


@pytest.fixture
def ana(clinic: Clinic) -> str:
    """The path of Ana's page."""
    return f"/patients/{create_patient(clinic.service, site_id=clinic.site_id)}"


@pytest.fixture
def amber(nora: Pages, clinic: Clinic, ana: str) -> str:
    """The path of the amber alert that Ana's tiredness of 7 raised."""
    clinic.ask(ana.rpartition("/")[2])
    clinic.text(ANA, "0 0 7")
    clinic.finish(ana.rpartition("/")[2])
    clinic.gateway.ignore_the_rest()
    path = f"/alerts/{clinic.alert(subject='self:tiredness').id}"
    nora.get(path)
    return path


def test_what_is_expected_is_said_and_ended_on_the_alert(nora: Pages, clinic: Clinic, ana: str, amber: str) -> None:
    said = {"expected": "9", "days": "many", "expected_because": ""}
    page = nora.post(f"{amber}/snooze", 422, fields=said)
    assert 'href="#days"' in page and "Give a number" in page
    page = nora.post(f"{amber}/snooze", 422, fields=said | {"days": "31"})
    assert all(f'href="#{field}"' in page for field in ("expected", "days", "expected_because"))
    assert 'value="9"' in page, "what was written stays"
    page = nora.post(f"{amber}/snooze", fields={"expected": "7", "days": "14", "expected_because": "After chemo"})
    assert "Up to 7 until Mon 16 Mar" in text_of(page) and "After chemo" in page
    assert "Tiredness up to 7" in text_of(nora.get(ana))
    assert "End the snooze" not in nora.post(f"{amber}/end-snooze")
    assert clinic.rows(Snooze)[0].ended_by == f"practitioner:{clinic.nora}"


def test_it_is_handed_to_a_colleague(nora: Pages, clinic: Clinic, amber: str) -> None:
    page = nora.post(f"{amber}/hand-over", 422, to="")
    assert 'href="#to"' in page
    page = nora.post(f"{amber}/hand-over", to=clinic.omar, handing_over_because="He knows her")
    clinic.hurry()
    clinic.gateway.expect(OMAR, "is yours now, from Nora")
    assert "Omar Haddad has it" in text_of(page) and "He knows her" in page
    clinic.gateway.ignore_the_rest()


def test_why_it_was_not_useful_is_counted_on_the_rules_page(nora: Pages, amber: str) -> None:
    nora.post(f"{amber}/resolve", outcome="not_useful", reason="Always so", because="expected_for_this_person")
    assert "tiredness-severe 1 1 Expected for this person: 1" in text_of(nora.get("/rules"))


def test_a_goal_is_set_shown_in_the_chart_and_taken_back(nora: Pages, clinic: Clinic, ana: str, amber: str) -> None:
    fields = {"symptom": "self:84229001", "kind": "goal", "level": "3"}
    assert "Default goals: pain 3, breathlessness 3, nausea 3." in text_of(nora.get(ana))
    page = nora.post(f"{ana}/levels", fields=fields)
    assert "Tiredness Goal 3 Mon 2 Mar Nora Lindqvist" in text_of(page)
    chart = page.partition('id="chart-self-tiredness"')[2].partition("</figure>")[0]
    assert 'class="mark mark-goal"' in chart and "Goal 3." in chart
    assert 'href="#level"' in nora.post(f"{ana}/levels", 422, fields=fields | {"level": "11"})
    clinic.clock.advance(minutes=1)
    assert "Tiredness Goal" not in text_of(nora.post(f"{ana}/levels", fields=fields | {"level": ""}))


def test_a_rule_of_their_own_and_as_published_again(nora: Pages, ana: str) -> None:
    nora.get(ana)
    fields = {"rule": "advanced-cancer:sleep-severe", "operator": "at_least", "operand": "8", "rule_because": "Agreed"}
    page = nora.post(f"{ana}/overrides", fields=fields)
    assert "sleep-severe : at least 8" in text_of(page) and "As published: at least 7" in text_of(page)
    assert "as published Mon" not in text_of(nora.get("/rules"))
    assert re.search(r"sleep-severe.*at least 7.*as published.*\b1\b", text_of(nora.get("/rules")))
    page = nora.post(f"{ana}/overrides", 422, fields=fields | {"operand": "10", "rule_because": ""})
    assert 'href="#rule_because"' in page
    page = nora.post(f"{ana}/overrides", 422, fields=fields | {"operand": "10"})
    assert 'href="#operand"' in page and "two worst answers" in page
    page = nora.post(f"{ana}/overrides", 422, fields=fields | {"operator": "mute", "rule_until": "2026-13-01"})
    assert 'href="#rule_until"' in page
    (end,) = [path for path in FORM.findall(nora.get(ana)) if path.endswith("/end")]
    assert "sleep-severe : at least 8" not in text_of(nora.post(end))


def test_where_and_what_for_she_is_cared_for(nora: Pages, clinic: Clinic, ana: str) -> None:
    nora.get(ana)
    fields = {"setting": "hospice", "intent": "comfort", "treatment_ended_at": "2026-03-01"}
    page = text_of(nora.post(f"{ana}/care", fields=fields))
    assert "at hospice · comfort care · treatment ended Sun 1 Mar" in page
    assert 'href="#treatment_ended_at"' in nora.post(f"{ana}/care", 422, fields=fields | {"treatment_ended_at": "x"})
    nora.post(f"{ana}/care", fields={"setting": "home", "intent": "", "treatment_ended_at": ""})
    (patient,) = clinic.rows(Patient)
    assert (patient.setting, patient.intent, patient.treatment_ended_at) == ("home", None, None)


def test_a_slower_rhythm_is_shown_and_can_be_taken_back(nora: Pages, clinic: Clinic, ana: str) -> None:
    clinic.damage(CheckinPlan, {"name": "daily"}, timing={"every": "P2D", "at": ["10:00"], "starts_on": "2026-03-02"})
    page = nora.get(ana)
    assert "Daily: asked every 2 days , the program says every day." in text_of(page)
    (restore,) = [path for path in FORM.findall(page) if path.endswith("/restore")]
    assert "asked every 2 days" not in text_of(nora.post(restore))
    assert clinic.rows(CheckinPlan, name="daily")[0].timing is None


def test_who_only_reads_charts_changes_nothing(pages: Pages, clinic: Clinic, ana: str) -> None:
    create_practitioner(clinic.service, site_id=clinic.site_id, name="Carl Desk", role="coordinator", phone=None)
    give_password(clinic, "carl@riverside.example")
    pages.sign_in("carl@riverside.example")
    page = pages.get(ana)
    assert not [path for path in FORM.findall(page) if path.startswith(ana)]
    for path in ("levels", "overrides", "care", "overrides/x/end", "plans/x/restore"):
        assert pages.send(f"{ana}/{path}").status_code == 403
    pages.get("/rules")


def test_what_was_found_again_after_it_was_dealt_with_stands_in_the_history(
    nora: Pages, clinic: Clinic, ana: str, amber: str
) -> None:
    nora.post(f"{amber}/resolve", outcome="advised_self_care")
    assert clinic.alert(subject="self:tiredness").status == "resolved"
    clinic.at("tue 10:00")
    clinic.text(ANA, "0 0 7")
    clinic.finish(ana.rpartition("/")[2])
    clinic.gateway.ignore_the_rest()
    nora.sign_in("nora@riverside.example")
    page = text_of(nora.get(amber))
    assert "Found again" in page and "No worse than when this was closed: Tiredness 7 (was 7 on 2 Mar)" in page
