"""The on-call page: who is on now, the week, gaps in words, and the forms that change the plan."""

import re
from datetime import timedelta

import pytest

from app.escalation.models import Rotation, ShiftOverride
from app.staff.models import Practitioner
from tests.edges.web.pages import Pages, give_password, text_of
from tests.factories import create_practitioner, create_shift
from tests.world import Clinic


def week_of(page: str, heading: str) -> str:
    """What the page says of one team."""
    return text_of("<body" + page.partition(f">{heading}</h2>")[2].partition("</section>")[0])


@pytest.mark.parametrize("clinic", ["nobody on call"], indirect=True)
def test_without_a_rota_it_says_what_that_means_and_how_to_begin(nora: Pages) -> None:
    page = text_of(nora.get("/on-call"))
    assert "Nobody. Pages go to the fallback contact." in page
    assert "No rota yet" in page and "Make the rota" in page


def test_who_is_on_now_and_for_seven_days(nora: Pages) -> None:
    page = week_of(nora.get("/on-call"), "Clinic")
    assert "On call now: Nora Lindqvist, until Tue 2 Mar 2027, 09:00" in page
    assert "Backup now: Omar Haddad" in page
    assert "Nobody is on call" not in page
    assert [day in page for day in ("Mon 2 Mar", "Sun 8 Mar", "Mon 9 Mar")] == [True, True, False]


@pytest.mark.parametrize("clinic", ["nobody on call"], indirect=True)
def test_a_gap_is_told_in_words(nora: Pages, clinic: Clinic) -> None:
    now = clinic.clock.now()
    create_shift(clinic.service, site_id=clinic.site_id, staff=clinic.nora, ends_at=now + timedelta(hours=8))
    page = week_of(nora.get("/on-call"), "Clinic")
    assert "Nobody is on call: Mon 2 Mar, 18:00 to Mon 9 Mar, 00:00" in page
    assert "09:00-18:00 Nora Lindqvist" in page and "18:00-24:00 nobody" in page


def test_whoever_cannot_be_paged_is_no_cover(nora: Pages, clinic: Clinic) -> None:
    clinic.damage(Practitioner, {"id": clinic.nora}, phone_status="stopped")
    page = week_of(nora.get("/on-call"), "Clinic")
    assert "Nora Lindqvist ( cannot be paged )" in page
    assert "Nobody is on call: Mon 2 Mar, 10:00" in page


def schedule_of(page: str) -> str:
    found = re.search(r"/on-call/(\w+)/shifts/", page)
    assert found
    return found[1]


def test_somebody_stands_in_and_that_is_ended(nora: Pages, clinic: Clinic) -> None:
    schedule = schedule_of(nora.get("/on-call"))
    stretch = {"starts_at": "2026-03-03T18:00", "ends_at": "2026-03-04T08:00"}
    page = nora.post(
        "/on-call/stand-ins", fields={"schedule": schedule, "staff": clinic.tess, "role": "on_call", **stretch}
    )
    assert "The stand-in is planned" in page
    assert "18:00-24:00 Tess Okoye" in week_of(page, "Clinic")
    (row,) = clinic.rows(ShiftOverride)
    page = nora.post(f"/on-call/{schedule}/stand-ins/{row.id}/end")
    assert "Whoever was planned is on duty again" in page
    assert "Tess Okoye" not in week_of(page, "Clinic")


@pytest.mark.parametrize("clinic", ["nobody on call"], indirect=True)
def test_a_rota_its_rotation_and_its_end(nora: Pages, clinic: Clinic) -> None:
    nora.get("/on-call")
    page = nora.post("/on-call/rotas", fields={"name": "Nurses", "time_zone": "America/New_York", "team": "clinic"})
    schedule = re.search(r'name="schedule" value="(\w+)"', page)
    assert schedule
    turns = {
        "schedule": schedule[1], "role": "on_call", "member_1": clinic.nora, "member_2": clinic.omar,
        "turn_days": "1", "starts_on": "2026-03-02", "hand_over_at": "08:00",
    }  # fmt: skip
    page = nora.post("/on-call/rotations", fields=turns)
    week = week_of(page, "Clinic")
    assert "00:00-08:00 Nora Lindqvist" in week and "08:00-24:00 Omar Haddad" in week
    assert "Nora Lindqvist, then Omar Haddad; a day each, hand-over at 08:00, since Mon 2 Mar" in text_of(page)
    (row,) = clinic.rows(Rotation)
    page = nora.post(f"/on-call/{schedule[1]}/rotations/{row.id}/end")
    assert "Nobody is on call: Tue 3 Mar, 08:00" in week_of(page, "Clinic")


def test_a_shift_is_added_and_taken_back(nora: Pages, clinic: Clinic) -> None:
    schedule = schedule_of(nora.get("/on-call"))
    given = {"schedule": schedule, "staff": clinic.tess, "role": "backup", "starts_at": "2026-03-05T08:00"}
    page = nora.post("/on-call/shifts", fields={**given, "ends_at": "2026-03-05T09:00"})
    assert "08:00-09:00 Tess Okoye" in week_of(page, "Clinic")
    end = re.search(r'action="(/on-call/\w+/shifts/\w+/end)".{0,500}?of Tess', page, re.DOTALL)
    assert end
    assert "Tess Okoye" not in week_of(nora.post(end[1]), "Clinic")


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("stand-ins", {"starts_at": "yesterday"}, "Give a date and a time"),
        ("stand-ins", {"starts_at": "2026-03-03T08:00", "ends_at": "2026-03-03T08:00"}, "must be later than starts_at"),
        ("shifts", {"schedule": "elsewhere"}, "Choose a rota"),
        ("rotations", {"starts_on": "2026-03-02", "hand_over_at": "08:00", "turn_days": "7"}, "Name 1 to 20 people"),
        ("rotas", {"name": "", "time_zone": "Moon"}, "is not a known time zone"),
    ],
)
def test_what_is_wrong_is_said_at_the_form(nora: Pages, path: str, fields: dict[str, str], said: str) -> None:
    schedule = schedule_of(nora.get("/on-call"))
    page = nora.post(f"/on-call/{path}", 422, fields={"schedule": schedule, "role": "on_call", **fields})
    assert "There is a problem" in page and said in page
    assert (
        f'href="#{ {"stand-ins": "stand_in", "shifts": "shift", "rotations": "rotation", "rotas": "rota"}[path] }-'
        in page
    )


def test_a_coordinator_plans_and_an_auditor_does_not(pages: Pages, clinic: Clinic) -> None:
    for name, role in (("Cora Coordinator", "coordinator"), ("Ada Auditor", "auditor")):
        create_practitioner(clinic.service, site_id=clinic.site_id, name=name, role=role, phone=None)
        give_password(clinic, f"{name.split()[0].lower()}@riverside.example")
    page = pages.sign_in("cora@riverside.example")
    assert 'href="/on-call"' in page
    pages.get("/on-call")
    pages.post("/sign-out")
    page = pages.sign_in("ada@riverside.example")
    assert 'href="/on-call"' not in page
    pages.get("/on-call", 403)
