"""E-mail to staff, where it is set up: for pages that nobody's telephone took, and for what is wrong with texts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.errors import DeliveryFailed
from app.messaging.gateway import Departure
from app.messaging.models import OutboundMessage
from app.staff.models import Practitioner
from app.workflows.deliver_outbox import deliver_outbox, settle_unknown
from app.workflows.mail_staff import mail_pages_not_taken
from app.workflows.note_progress import pause_outbox
from app.workflows.queue_text import EMAIL
from app.workflows.record_delivery_status import record_delivery_status
from app.workflows.service import Service
from tests.factories import AGENT, ANA, NORA, OMAR, SWITCHBOARD, create_practitioner
from tests.fakes import FixedClock, RecordingGateway
from tests.world import Clinic

NORAS_MAIL, BOSS = "nora@riverside.example", "boss@riverside.example"
AWAY = DeliveryFailed("no route to host")
REFUSED = DeliveryFailed("no", permanent=True, code=21999)


class Post(RecordingGateway):
    """A mail server."""

    def senders(self, pool: str) -> tuple[str, ...]:
        return ("email",)


class MailingClinic(Clinic):
    """A clinic with a second channel."""

    post: Post

    def deliver(self) -> int:
        """Send one batch of texts and of e-mail."""
        mailed = mail_pages_not_taken(self.service)
        return super().deliver() + mailed + deliver_outbox(self.service, self.post, self._senders, (EMAIL,))

    def mailed(self, address: str) -> list[Departure]:
        return [d for d in self.post.departures if d.recipient == address]


@pytest.fixture
def clinic(
    service: Service, gateway: RecordingGateway, clock: FixedClock, senders: ThreadPoolExecutor
) -> MailingClinic:
    able = replace(service, settings=replace(service.settings, smtp_url="smtp://mail.example"))
    made = MailingClinic(able, gateway, clock, senders)
    made.post = Post(service.db)
    made.staffed()
    return made


def test_a_page_that_was_taken_makes_no_e_mail(clinic: MailingClinic, ana: str) -> None:
    clinic.text(ANA, "I have chest pain")
    clinic.later(minutes=1)
    assert clinic.post.departures == []
    clinic.gateway.ignore_the_rest()


def test_a_page_that_is_refused_goes_by_e_mail_too_and_hides_nothing(clinic: MailingClinic, ana: str) -> None:
    clinic.gateway.fail_always(NORA, DeliveryFailed("no", permanent=True, code=21211))
    clinic.text(ANA, "I have chest pain")
    alert = clinic.alert(kind="clinical")
    (mail,) = [d for d in clinic.mailed(NORAS_MAIL) if alert.code in d.body]
    assert mail.body.startswith(f"Bedside RED {alert.code}. Open https://bedside.example/alerts/{alert.id}")
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 0)]
    assert alert.happened("mailed") == ["E-mail to Nora Lindqvist."]
    clinic.gateway.expect(OMAR, alert.code)
    clinic.gateway.ignore_the_rest()


def test_a_page_that_is_reported_undelivered_goes_by_e_mail_too(clinic: MailingClinic, ana: str) -> None:
    clinic.text(ANA, "I have chest pain")
    page = clinic.gateway.expect(NORA, "RED")
    token, sid = page.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(page)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="undelivered", error_code=30003)
    clinic.hurry()
    assert len(clinic.mailed(NORAS_MAIL)) == 1
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("failure", [AWAY, DeliveryFailed("no answer", ambiguous=True)])
def test_a_page_that_nobody_takes_is_mailed_soon_and_once(
    clinic: MailingClinic, ana: str, failure: DeliveryFailed
) -> None:
    clinic.gateway.fail_always(NORA, failure)
    clinic.text(ANA, "I have chest pain")
    clinic.later(seconds=14)
    assert clinic.post.departures == []
    for _ in range(4):
        clinic.later(seconds=1)
    assert len(clinic.mailed(NORAS_MAIL)) == 1
    clinic.gateway.ignore_the_rest()


def test_a_page_that_waits_and_is_then_refused_is_mailed_once(clinic: MailingClinic, ana: str) -> None:
    clinic.gateway.fail(NORA, *[AWAY] * 5, REFUSED)
    clinic.text(ANA, "I have chest pain")
    for _ in range(5):
        clinic.later(seconds=16)
    assert clinic.texts(kind="page", pool="staff")[0].state == "dead"
    assert len(clinic.mailed(NORAS_MAIL)) == 1
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("missing", [{"phone_status": "stopped"}, {"_phone": None, "phone_index": None}])
def test_who_has_no_telephone_gets_e_mail_and_the_fallback_is_paged_all_the_same(
    clinic: MailingClinic, ana: str, missing: dict[str, object]
) -> None:
    clinic.damage(Practitioner, {"id": clinic.nora}, **missing)
    clinic.text(ANA, "I have chest pain")
    assert len(clinic.mailed(NORAS_MAIL)) == 1
    clinic.gateway.expect(SWITCHBOARD, "nobody on call has taken it")
    clinic.later(minutes=15)
    assert [who for who, _ in clinic.paged(clinic.alert(kind="clinical"))] == ["switchboard", "Omar"]
    clinic.gateway.ignore_the_rest()


def test_a_dead_account_is_told_by_e_mail_to_whoever_is_on_call_within_a_minute(
    clinic: MailingClinic, ana: str
) -> None:
    for number in (ANA, NORA, OMAR):
        clinic.gateway.fail_always(number, DeliveryFailed("no", code=20003))
    clinic.ask(ana)
    clinic.later(seconds=30)
    (mail,) = clinic.mailed(NORAS_MAIL)
    assert clinic.alert(subject="sender").code in mail.body
    clinic.receive(ANA, "I have chest pain")
    clinic.later(seconds=20)
    assert clinic.alert(kind="clinical").code in clinic.mailed(NORAS_MAIL)[1].body, "no page waits for the account"
    clinic.gateway._always.clear()
    clinic.later(minutes=1)
    clinic.gateway.expect(NORA, clinic.alert(kind="clinical").code)
    clinic.gateway.ignore_the_rest()


def test_with_nobody_on_call_the_administrators_are_told(clinic: MailingClinic, ana: str) -> None:
    create_practitioner(
        clinic.service, site_id=clinic.site_id, name="Bea Boss", email=BOSS, role="administrator", phone=None
    )
    clinic.at("sun 03:00")  # amber pages nobody at night
    clinic.gateway.fail(ANA, DeliveryFailed("no", code=21611))
    clinic.damage(Practitioner, {"id": clinic.nora}, active=False)
    clinic.text(ANA, "HELP")
    assert clinic.alert(subject="sender").tier == "amber"
    assert len(clinic.mailed(BOSS)) == 1
    clinic.gateway.ignore_the_rest()


def test_e_mail_that_is_not_taken_is_tried_again(clinic: MailingClinic, ana: str) -> None:
    clinic.gateway.fail_always(NORA, REFUSED)
    clinic.post.fail(NORAS_MAIL, AWAY, DeliveryFailed("later", code=451))
    clinic.text(ANA, "I have chest pain")
    for seconds in (1, 2):
        assert clinic.mailed(NORAS_MAIL) == []
        clinic.later(seconds=seconds)
    assert len(clinic.mailed(NORAS_MAIL)) == 1
    clinic.gateway.ignore_the_rest()


def test_e_mail_that_is_refused_for_good_is_in_the_history_and_changes_nothing(clinic: MailingClinic, ana: str) -> None:
    clinic.gateway.fail_always(NORA, REFUSED)
    clinic.post.fail_always(NORAS_MAIL, DeliveryFailed("no such mailbox", permanent=True, code=550))
    clinic.text(ANA, "I have chest pain")
    alert = clinic.alert()
    assert alert.happened("page_failed") == ["A page was not taken (21999).", "An e-mail was not taken (550)."]
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 0)]
    clinic.gateway.ignore_the_rest()


def test_a_person_who_holds_everything_back_holds_e_mail_back_too(clinic: MailingClinic, ana: str) -> None:
    pause_outbox(clinic.service, on=True, agent=AGENT)
    clinic.receive(ANA, "I have chest pain")
    clinic.later(minutes=1)
    assert clinic.post.departures == []


def test_an_e_mail_whose_worker_died_is_sent_again(clinic: MailingClinic, ana: str) -> None:
    clinic.gateway.fail_always(NORA, REFUSED)
    clinic.post.fail(NORAS_MAIL, DeliveryFailed("the worker died", ambiguous=True))
    clinic.text(ANA, "I have chest pain")
    (row,) = clinic.rows(OutboundMessage, pool="email")
    assert row.state == "unknown"
    clinic.clock.advance(seconds=30)
    settle_unknown(clinic.service, clinic.gateway)
    clinic.hurry()
    assert len(clinic.mailed(NORAS_MAIL)) == 2, "twice rather than never"
    clinic.gateway.ignore_the_rest()
