"""Made-up nurses: they take pages, mostly soon, call, and note what came of it; each morning one does the list.

What they do helps, mostly; what stays as it is, and is known, they snooze.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from app.alerts.lifecycle import Outcome
from app.alerts.suppression import beyond_snoozing, numbers, value_of
from app.cohort.stage import STAFF_SENDER, Agenda
from app.errors import BedsideError, Conflict, NotFound, Rejected
from app.ids import Dice
from app.messaging.gateway import Departure
from app.reports.cohort import Called, find_called, list_called_for, list_open
from app.workflows.acknowledge_alert import acknowledge_alert
from app.workflows.receive_sms import InboundSms, receive_sms
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from app.workflows.service import Service
from app.workflows.snooze_alert import SnoozeGiven, snooze_alert
from app.zones import wall_clock

_NOT_HEARD_BY_DAY, _NOT_HEARD_AT_NIGHT = 0.08, 0.15
_BY_TEXT = 0.7
_NIGHT = (22, 7)
_SERIES = {"self", "proxy", "caregiver", "words"}
_OUTCOMES: Mapping[str, Mapping[Outcome, float]] = {
    "red": {
        Outcome.ADVISED_SELF_CARE: 0.40, Outcome.MEDICATION_CHANGED: 0.27, Outcome.VISIT_ARRANGED: 0.08,
        Outcome.SENT_TO_EMERGENCY: 0.05, Outcome.REFERRED: 0.05, Outcome.EXPECTED_NO_CHANGE: 0.05,
        Outcome.NOT_USEFUL: 0.03, Outcome.NO_CONTACT_MADE: 0.07,
    },
    "amber": {
        Outcome.ADVISED_SELF_CARE: 0.50, Outcome.MEDICATION_CHANGED: 0.20, Outcome.REFERRED: 0.05,
        Outcome.EXPECTED_NO_CHANGE: 0.13, Outcome.NOT_USEFUL: 0.08, Outcome.NO_CONTACT_MADE: 0.04,
    },
    "watch": {Outcome.EXPECTED_NO_CHANGE: 0.85, Outcome.ADVISED_SELF_CARE: 0.10, Outcome.NOT_USEFUL: 0.05},
}  # fmt: skip
# Proposed: nothing published gives them for one clinic. How likely what was done helps, and how much of the symptom it
# takes away at first.
_HELPS: Mapping[Outcome, tuple[float, float]] = {
    Outcome.ADVISED_SELF_CARE: (0.5, 0.2),
    Outcome.MEDICATION_CHANGED: (0.65, 0.5),
    Outcome.VISIT_ARRANGED: (0.65, 0.5),
    Outcome.SENT_TO_EMERGENCY: (0.8, 0.6),
    Outcome.REFERRED: (0.5, 0.4),
}
# After two calls about the same a nurse often knows that it is how it is, and says so for two weeks.
_KNOWN_AFTER, _KNOWN, _SNOOZES, _SNOOZE_DAYS = 2, 0.4, 0.7, 14


@dataclass(frozen=True, slots=True)
class Nurse:
    """One nurse of the clinic."""

    id: str
    phone: str


@dataclass(slots=True)
class Team:
    """The nurses of a clinic. ``numbers`` are the patients' numbers in the cohort by id, for chance that repeats.

    ``helps`` lets what they did help a patient, by number, with some symptoms by a share. From ``leave_from`` on they
    close nothing any more, so that there is something to see.
    """

    service: Service
    site_id: str
    agenda: Agenda
    nurses: Sequence[Nurse]
    seed: str
    time_zone: str
    numbers: Mapping[str, int]
    helps: Callable[[int, Collection[str], float], None]
    leave_from: datetime | None = None
    refused: int = 0
    _texts: int = 0
    _busy: set[str] = field(default_factory=set)
    _closed: Counter[tuple[str | None, str]] = field(default_factory=Counter)

    def read(self, arrived: Sequence[Departure]) -> None:
        """See which pages came, and plan when they are taken; some are not heard."""
        mine = {nurse.phone: nurse for nurse in self.nurses}
        pages = {departure.message_id: departure for departure in arrived if departure.recipient in mine}
        called = list_called_for(self.service.db, site_id=self.site_id, message_ids=pages.keys()) if pages else {}
        for message_id, alerts in called.items():
            nurse, now = mine[pages[message_id].recipient], self.service.clock.now()
            dice = self._dice(min(self._name(alert) for alert in alerts), nurse.phone, now.isoformat())
            night = self._at_night(now)
            if dice.random() < (_NOT_HEARD_AT_NIGHT if night else _NOT_HEARD_BY_DAY):
                continue
            red = any(alert.tier == "red" for alert in alerts)
            minutes = dice.lognormvariate(1.3, 0.8) if red else dice.lognormvariate(3.0, 0.9)
            after = timedelta(minutes=minutes + (2 if night else 0), seconds=dice.randint(1, 59))
            ids = [alert.id for alert in alerts]
            self.agenda.add(now + after, f"n{nurse.phone}", partial(self._take, nurse, ids, dice))

    def look_at_list(self, nurse: Nurse) -> None:
        """In the morning somebody goes through what nobody has taken, and what was left lying."""
        now = self.service.clock.now()
        for place, alert in enumerate(sorted(list_open(self.service.db, site_id=self.site_id), key=self._name)):
            if alert.id in self._busy:
                continue
            seconds = self._dice("list", self._name(alert), now.date()).randint(1, 59)
            self._plan_close(nurse, alert, timedelta(minutes=2 + place, seconds=seconds))

    def _take(self, nurse: Nurse, alert_ids: Sequence[str], dice: Dice) -> None:
        """Take the alerts of a page, by text or on the worklist, and plan the calls."""
        alerts = find_called(self.service.db, site_id=self.site_id, alert_ids=alert_ids)
        waiting = sorted((alert for alert in alerts if alert.status == "triggered"), key=self._name)
        if waiting and dice.random() < _BY_TEXT:
            self._texts += 1
            sid = f"SMb{self._texts:031x}"
            sms = InboundSms(message_sid=sid, sender=nurse.phone, recipient=STAFF_SENDER, body=waiting[0].code)
            receive_sms(self.service, sms)
        for alert in waiting:
            try:
                acknowledge_alert(
                    self.service, site_id=self.site_id, alert_id=alert.id, practitioner_id=nurse.id, via="web"
                )
            except (Conflict, NotFound):
                continue  # somebody was faster
        for alert in find_called(self.service.db, site_id=self.site_id, alert_ids=[a.id for a in alerts]):
            if alert.acknowledged_by == nurse.id and alert.status == "acknowledged" and alert.id not in self._busy:
                self._plan_close(nurse, alert, self._until_called(alert))

    def _until_called(self, alert: Called) -> timedelta:
        dice = self._dice("call", self._name(alert))
        middle = 3.0 if alert.tier == "red" else 4.6
        return timedelta(minutes=2 + dice.lognormvariate(middle, 0.6), seconds=dice.randint(1, 59))

    def _plan_close(self, nurse: Nurse, alert: Called, after: timedelta, tries: int = 0) -> None:
        self._busy.add(alert.id)
        self.agenda.add(
            self.service.clock.now() + after, f"n{nurse.phone}", lambda: self._close(nurse, alert.id, tries)
        )

    def _close(self, nurse: Nurse, alert_id: str, tries: int) -> None:
        """Call, and write down what came of it; where nobody picks up, try again in an hour."""
        (alert,) = find_called(self.service.db, site_id=self.site_id, alert_ids=[alert_id])
        self._busy.discard(alert_id)
        if alert.status == "resolved" or (self.leave_from and self.service.clock.now() >= self.leave_from):
            return
        dice = self._dice("close", self._name(alert), tries)
        shares, about = _OUTCOMES[alert.tier], (alert.patient_id, alert.subject)
        outcome = dice.choices(list(shares), list(shares.values()))[0]
        if alert.tier == "amber" and self._closed[about] >= _KNOWN_AFTER and dice.random() < _KNOWN:
            outcome = Outcome.EXPECTED_NO_CHANGE
        if outcome is Outcome.NO_CONTACT_MADE and tries >= 3:
            outcome = Outcome.VISIT_ARRANGED
        now = self.service.clock.now()
        given = ResolutionGiven(
            outcome=outcome.value, contacted_at=now if alert.tier == "red" else None,
            reason="Known to the team." if outcome is Outcome.NOT_USEFUL else None,
        )  # fmt: skip
        if not self._resolve(nurse, alert, given):
            self._plan_close(nurse, alert, timedelta(minutes=61), tries + 1)
            return
        self._closed[about] += 1
        self._see_it_through(nurse, alert, outcome, dice)

    def _see_it_through(self, nurse: Nurse, alert: Called, outcome: Outcome, dice: Dice) -> None:
        """What was done helps, or not; what is as expected is snoozed where a number says at which level."""
        # A caregiver's own strain is not the patient's.
        number = self.numbers.get(alert.patient_id or "") if not alert.subject.startswith("caregiver:") else None
        likely, share = _HELPS.get(outcome, (0.0, 0.0))
        if number is not None and dice.random() < likely:
            self.helps(number, {str(row["item"]) for row in numbers(alert.values) if "item" in row}, share)
        found = value_of(alert.values, alert.subject)
        known = outcome is Outcome.EXPECTED_NO_CHANGE and alert.tier != "watch"
        if known and found is not None and not beyond_snoozing(*found) and dice.random() < _SNOOZES:
            given = SnoozeGiven(expected=found[0], reason="Known, and being looked after.", days=_SNOOZE_DAYS)
            agent = f"practitioner:{nurse.id}"
            with suppress(BedsideError):
                snooze_alert(self.service, site_id=self.site_id, alert_id=alert.id, given=given, agent=agent)

    def _resolve(self, nurse: Nurse, alert: Called, given: ResolutionGiven) -> bool:
        agent = f"practitioner:{nurse.id}"
        about = {"site_id": self.site_id, "alert_id": alert.id, "practitioner_id": nurse.id, "agent": agent}
        try:
            return resolve_alert(self.service, given=given, **about)
        except Rejected:
            self.refused += 1
        except BedsideError:
            return True
        plain = ResolutionGiven(outcome=Outcome.ADVISED_SELF_CARE.value, contacted_at=given.contacted_at)
        return resolve_alert(self.service, given=plain, **about)

    def _at_night(self, now: datetime) -> bool:
        hour = wall_clock(now, self.time_zone).hour
        return hour >= _NIGHT[0] or hour < _NIGHT[1]

    def _name(self, alert: Called) -> str:
        """A name for an alert that is the same in every run: ids are not."""
        number = self.numbers.get(alert.patient_id or "", 0)
        series, _, what = alert.subject.partition(":")
        return f"{number:05d}:{series}:{what if series in _SERIES else alert.kind}:{alert.opened_at.isoformat()}"

    def _dice(self, *about: object) -> Dice:
        return Dice(":".join([self.seed, *map(str, about)]))
