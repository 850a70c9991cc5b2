"""Golden dialogues: what a person texts, what we say, whom we call. The stories are the YAML files beside this one.

A story lists, in order, what happens and what must follow at once:

* ``at: "tue 10:00"``: the clock goes on to the next Tuesday, 10:00 in New York, and the worker runs;
* ``ask: daily``: a nurse issues a check-in by hand;
* ``Ana: "8 3 5"`` (or Rosa, Nora, Omar, Stranger): somebody texts us; ``{body, media, …}`` adds what a provider tells;
* ``say`` (or ``say to Rosa``): the next text to Ana must be exactly this, or, as ``{contains: [...]}``, hold all these;
* ``page: Nora`` (or switchboard): she is paged, with no more than a tier and a code;
* ``alert: {tier, subject, reason}``: an alert was raised; ``reason`` is a part of what it says;
* ``close: {subject, outcome}``: Nora closes the open alert on a subject, after contact;
* ``history: {subject, type: part}``: the alert's history has an event of that type that says this;
* ``recorded: {pain: 8}``: the answers kept so far are exactly these (null: skipped).

Whatever we say, page or raise that the story does not list fails it.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.messaging.segments import simplify
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from tests.factories import ANA, NORA, OMAR, ROSA, STRANGER, SWITCHBOARD, create_patient, create_related_person
from tests.world import AlertSeen, Clinic

_TO_READ_AND_TYPE = timedelta(seconds=2)
PEOPLE = {
    "Ana": ANA, "Rosa": ROSA, "Nora": NORA, "Omar": OMAR, "Stranger": STRANGER, "switchboard": SWITCHBOARD,
}  # fmt: skip


def _stories() -> Iterator[Any]:
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        for story in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(story, id=f"{path.stem}: {story['story']}")


class Telling:
    """One story being told: what was said, paged and raised since the last act is waiting to be expected."""

    def __init__(self, clinic: Clinic, patient_id: str) -> None:
        self.clinic, self.patient_id = clinic, patient_id
        self.seen: dict[str, tuple[str, str, int]] = {}

    def step(self, key: str, value: Any) -> None:
        """One line of the story."""
        if key in ("at", "ask", "close", *PEOPLE):
            self.all_told()
            self._act(key, value)
        elif key.startswith("say"):
            self._expect_said(PEOPLE[key.removeprefix("say").removeprefix(" to ") or "Ana"], value)
        elif key == "page":
            self._expect_paged(value)
        elif key == "alert":
            self._expect_alert(value)
        elif key == "history":
            self._expect_history(**value)
        elif key == "recorded":
            assert self.clinic.answers() == value
        else:
            raise AssertionError(f"a story has no {key!r}")

    def all_told(self) -> None:
        """Nothing may have happened that the story did not list."""
        self.clinic.gateway.nothing_unexpected()
        new = self._new_alerts()
        assert not new, f"alerts that nobody expected: {[(a.tier, a.subject, a.reason) for a in new]}"

    def _act(self, key: str, value: Any) -> None:
        if key == "at":
            self.clinic.at(value)
        elif key == "ask":
            self.clinic.ask(self.patient_id, value)
        elif key == "close":
            self._close(**value)
        elif isinstance(value, dict):
            self.clinic.text(PEOPLE[key], **value)
        else:
            self.clinic.clock.advance(_TO_READ_AND_TYPE)
            self.clinic.text(PEOPLE[key], str(value))

    def _close(self, subject: str, outcome: str) -> None:
        (alert,) = (a for a in self.clinic.alerts(subject=subject) if a.status != "resolved")
        resolve_alert(
            self.clinic.service, site_id=self.clinic.site_id, alert_id=alert.id, practitioner_id=self.clinic.nora,
            agent="test", given=ResolutionGiven(outcome=outcome),
        )  # fmt: skip

    def _expect_history(self, subject: str, **events: str) -> None:
        (alert,) = self.clinic.alerts(subject=subject)
        for type_, part in events.items():
            assert any(part in detail for detail in alert.happened(type_)), alert.events

    def _expect_said(self, number: str, wanted: Any) -> None:
        if isinstance(wanted, str):
            assert _read(self.clinic.gateway.expect(number).body) == _read(wanted)
            return
        parts = wanted["contains"]
        said = _read(self.clinic.gateway.expect(number).body)
        for part in [parts] if isinstance(parts, str) else parts:
            assert _read(part) in said

    def _expect_paged(self, name: str) -> None:
        said = self.clinic.gateway.expect(PEOPLE[name], "Bedside ").body
        assert not any(word in said for word in ("Ana", "Flores", "pain", "breath"))

    def _expect_alert(self, wanted: dict[str, str]) -> None:
        # Some subjects carry an id (``opt_out:…``, ``unknown:…``): the part before it will do.
        named = wanted["subject"]
        new = [a for a in self._new_alerts() if a.tier == wanted["tier"]]
        found = [a for a in new if a.subject == named or a.subject.partition(":")[0] == named]
        assert found, f"no new alert is {wanted}; there are {[(a.tier, a.subject, a.reason) for a in new]}"
        assert wanted.get("reason", "") in found[0].reason, found[0].reason
        self.seen[found[0].id] = _mark(found[0])

    def _new_alerts(self) -> list[AlertSeen]:
        """Alerts that were opened, or got new evidence or another tier, since they were expected last."""
        return [a for a in self.clinic.alerts() if self.seen.get(a.id) != _mark(a)]


def _read(text: str) -> str:
    """A text as a person reads it, whatever the line breaks, and whether or not its accents fit into an SMS."""
    return " ".join(simplify(text).split())


def _mark(alert: AlertSeen) -> tuple[str, str, int]:
    return alert.tier, alert.reason, len(alert.happened("evidence"))


@pytest.mark.parametrize("story", [*_stories()])
def test_a_story(unstaffed: Clinic, story: dict[str, Any]) -> None:
    clinic = unstaffed if story.get("on call") == "nobody" else unstaffed.staffed()
    patient_id = create_patient(clinic.service, site_id=clinic.site_id, language=story.get("language", "en"))
    if story.get("caregiver"):
        create_related_person(
            clinic.service, site_id=clinic.site_id, patient_id=patient_id, language=story.get("language", "en"),
            phone=ANA if story["caregiver"] == "on Ana's phone" else ROSA,
        )  # fmt: skip
    clinic.tick()
    clinic.gateway.ignore_the_rest()  # the welcome has a test of its own
    telling = Telling(clinic, patient_id)
    for line in story["lines"]:
        for key, value in line.items():
            telling.step(key, value)
    telling.all_told()
