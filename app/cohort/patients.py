"""Made-up people with their telephones: they read what arrives, and answer by text or on the form."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from app.codes import Channel
from app.cohort.answers import OTHER_NAMES, Answer, fill_in
from app.cohort.courses import Day, ease, live
from app.cohort.people import Persona
from app.cohort.replies import Reply, reply_to
from app.cohort.sayings import HARMLESS, NEEDS_A_PERSON, TIRED, say
from app.cohort.stage import PATIENT_SENDER, Agenda
from app.errors import BedsideError
from app.messaging.gateway import Departure
from app.questionnaires.definition import ItemType, Questionnaire
from app.reports.cohort import Invited, find_asked, list_invited
from app.workflows.fill_in_form import fill_in_form
from app.workflows.receive_sms import InboundSms, receive_sms
from app.workflows.service import Service
from app.workflows.submit_form import check_second_fact, save_answer
from app.zones import instant, wall_clock

_LINK = re.compile(r"/c/([\w-]+)")
_KNOWS_FOR = timedelta(days=6)
_TIRED, _RIDDLE, _WRITES = 0.02, 0.006, 0.02
_AT_MOST = 30
_NOON = time(12)


@dataclass(slots=True)
class Patients:
    """Everybody in the cohort, by number; ``start`` is the local date of their first day."""

    service: Service
    site_id: str
    agenda: Agenda
    start: date
    people: Mapping[str, tuple[Persona, list[Day], bool]]
    said: int = 0
    _proved: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def of(
        cls, service: Service, site_id: str, agenda: Agenda, people: Sequence[Persona], start: date, days: int
    ) -> "Patients":
        """Let a cohort live its days, and hand out the telephones."""
        phones: dict[str, tuple[Persona, list[Day], bool]] = {}
        for person in people:
            # A check-in may be asked a day after the last.
            lived = live(person, days + 2)
            phones[person.phone] = (person, lived, False)
            phones[person.helper_phone] = (person, lived, True)
        found = cls(service, site_id, agenda, start, phones)
        for person in people:
            found._plan_stop(person)
        return found

    def read(self, arrived: Sequence[Departure]) -> None:
        """See what reached each telephone, and plan what its owner does about it."""
        mine = {departure.message_id: departure for departure in arrived if departure.recipient in self.people}
        for invited in list_invited(self.service.db, site_id=self.site_id, message_ids=mine.keys()) if mine else ():
            departure = mine[invited.message_id]
            person, lived, helper = self.people[departure.recipient]
            number = self._day(invited.local_date, lived)
            reply = reply_to(
                person, lived[number], number, invited.name, invited.questionnaire,
                invited.window_ends_at - invited.issued_at, helper=helper,
            )  # fmt: skip
            if reply is not None:
                act = self._answering(departure, invited, reply, person, helper)
                self.agenda.add(self.service.clock.now() + reply.after, f"p{departure.recipient}", act)

    def help(self, phone: str, symptoms: Collection[str], share: float) -> None:
        """Let what a nurse did help somebody with some symptoms, from tomorrow on."""
        person, lived, _ = self.people[phone]
        today = (wall_clock(self.service.clock.now(), person.time_zone).date() - self.start).days
        for symptom in symptoms:
            ease(lived, today + 1, OTHER_NAMES.get(symptom, symptom), share)

    def _answering(
        self, departure: Departure, invited: Invited, reply: Reply, person: Persona, helper: bool
    ) -> Callable[[], None]:
        link = _LINK.search(departure.body)
        by_text = person.channel == Channel.SMS and not helper
        if by_text or link is None:
            return lambda: self._text(_Talk(person, helper, invited, reply))
        return lambda: self._fill_in(link[1], departure.recipient, reply)

    # --- on the form ---

    def _fill_in(self, token: str, phone: str, reply: Reply) -> None:
        person, _, helper = self.people[phone]
        try:
            self._prove(token, phone, str(person.birth_year + 30 if helper else person.birth_year))
            written = {link_id: _written(answer) for link_id, answer in reply.answers.items()}
            if reply.stops_after is None:
                fill_in_form(self.service, token, written)
            else:
                for link_id, answer in list(written.items())[: reply.stops_after]:
                    save_answer(self.service, token, link_id, answer)
        except BedsideError:
            return  # the link is used up, or the check-in over: they put the telephone away
        self.said += 1

    def _prove(self, token: str, phone: str, fact: str) -> None:
        """Say who they are, unless the browser still knows."""
        now = self.service.clock.now()
        if now - self._proved.get(phone, now - _KNOWS_FOR) >= _KNOWS_FOR:
            check_second_fact(self.service, token, fact)
            self._proved[phone] = now

    # --- by text ---

    def _text(self, talk: "_Talk") -> None:
        """Answer the question that stands, and go on until it is over or they have had enough."""
        asked = find_asked(
            self.service.db, site_id=self.site_id, patient_id=talk.invited.patient_id,
            related_person_id=talk.invited.related_person_id,
        )  # fmt: skip
        enough = talk.reply.stops_after is not None and talk.texts >= talk.reply.stops_after
        if talk.texts >= _AT_MOST or (enough and talk.texts):
            return
        if asked is None or not asked.asked:
            self._afterwards(talk, closed=asked is None)
            return
        answers = self._answers(talk, asked.questionnaire)
        body = _texted(asked.questionnaire, asked.asked, answers)
        dice = talk.person.dice("text", talk.invited.local_date, talk.texts)
        if talk.texts == 0 and talk.invited.name == "daily" and talk.day(self).worst >= 6 and dice.random() < _TIRED:
            body = say(TIRED, talk.person.language, dice)
        elif dice.random() < _RIDDLE:
            body = "hmm"
        self._send(talk.phone, body)
        talk.texts += 1
        later = self.service.clock.now() + timedelta(seconds=talk.reply.seconds + dice.randint(0, 20))
        self.agenda.add(later, f"p{talk.phone}", lambda: self._text(talk))

    def _afterwards(self, talk: "_Talk", *, closed: bool) -> None:
        """When it is over: the answer to a check-in that is closed by now, or a few words of their own."""
        if not talk.texts and closed:
            first = _first(talk.invited.questionnaire)
            self._send(talk.phone, _texted(talk.invited.questionnaire, first, talk.reply.answers))
            return
        dice = talk.person.dice("words", talk.invited.local_date)
        own = [answer for answer in talk.reply.answers.values() if isinstance(answer, str)]
        if own or dice.random() < _WRITES:
            red = dice.random() < 0.02
            self._send(talk.phone, own[0] if own else say(NEEDS_A_PERSON if red else HARMLESS, "en", dice))

    def _answers(self, talk: "_Talk", questionnaire: Questionnaire) -> Mapping[str, Answer]:
        if questionnaire is talk.invited.questionnaire:
            return talk.reply.answers
        dice = talk.person.dice("other", talk.invited.local_date)
        return fill_in(talk.person, talk.day(self), questionnaire, dice, helper=talk.helper)

    def _plan_stop(self, person: Persona) -> None:
        if person.stops_on is None:
            return
        at = instant(datetime.combine(self.start + timedelta(days=person.stops_on), _NOON), person.time_zone)
        self.agenda.add(at, f"p{person.phone}", lambda: self._send(person.phone, "STOP"))
        if person.dice("stop").random() < 0.5:
            self.agenda.add(at + timedelta(days=2), f"p{person.phone}", lambda: self._send(person.phone, "START"))

    def _send(self, phone: str, body: str) -> None:
        self.said += 1
        sms = InboundSms(message_sid=f"SMa{self.said:031x}", sender=phone, recipient=PATIENT_SENDER, body=body)
        receive_sms(self.service, sms)

    def _day(self, on: date, lived: Sequence[Day]) -> int:
        return min(max(0, (on - self.start).days), len(lived) - 1)


@dataclass(slots=True)
class _Talk:
    """One check-in by text, as far as it has come."""

    person: Persona
    helper: bool
    invited: Invited
    reply: Reply
    texts: int = 0

    @property
    def phone(self) -> str:
        return self.person.helper_phone if self.helper else self.person.phone

    def day(self, patients: Patients) -> Day:
        _, lived, _ = patients.people[self.phone]
        return lived[patients._day(self.invited.local_date, lived)]


def _first(questionnaire: Questionnaire) -> tuple[str, ...]:
    return questionnaire.ask_together[0] if questionnaire.ask_together else (questionnaire.items[0].link_id,)


def _texted(questionnaire: Questionnaire, asked: Sequence[str], answers: Mapping[str, Answer]) -> str:
    """The reply to some questions: their numbers in order, or SKIP."""
    said = [answers.get(link_id) for link_id in asked if questionnaire.item(link_id).type is not ItemType.TEXT]
    numbers = [f"{value:g}" for value in said if isinstance(value, float | int)]
    return " ".join(numbers) if len(numbers) == len(said) and numbers else "SKIP"


def _written(answer: Answer) -> str | None:
    return f"{answer:g}" if isinstance(answer, float | int) else answer
