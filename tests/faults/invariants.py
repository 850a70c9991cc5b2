"""What must hold in the database whatever happened to the processes: plain SQL, no help from the service itself."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, create_engine, func, not_, select

from app.keyring import hash_token
from app.messaging.delivery import settled_status
from app.tables import (
    Alert,
    AlertEvent,
    Checkin,
    DeliveryEvent,
    InboundMessage,
    OutboundMessage,
    Page,
    QuestionnaireResponse,
)
from tests.phone_network import Text

_OVERDUE = timedelta(minutes=5)


def check_invariants(database_url: str, now: datetime | None = None) -> list[str]:
    """Every violation as a sentence; empty when all holds. May be asked at any moment, also while processes run.

    ``now`` is the moment on a clock that is not the machine's.
    """
    with _reading(database_url) as connection:
        return [
            *_texts_in(connection),
            *_answers_and_alerts(connection),
            *_next_steps(connection, now or datetime.now(UTC)),
            *_pages(connection),
            *_acknowledgements(connection),
            *_prompts(connection),
            *_statuses(connection),
        ]


def check_drained(database_url: str) -> list[str]:
    """Texts that still wait, are held, or are in doubt though nothing more is going on."""
    waiting = select(OutboundMessage.kind, OutboundMessage.state).where(
        OutboundMessage.state.in_(("pending", "leased", "unknown"))
    )
    with _reading(database_url) as connection:
        return [f"a text ({kind}) is still {state}" for kind, state in connection.execute(waiting)]


def check_copies(database_url: str, texts: Iterable[Text], *, most: int = 2) -> list[str]:
    """Texts that reached the network more often than they may: pages ``most`` times, anything else once."""
    copies = Counter(
        hash_token(text.callback_url.rsplit("/", 1)[-1]) for text in texts if text.callback_url and text.arrived
    )
    known = select(OutboundMessage.callback_hash, OutboundMessage.kind, OutboundMessage.state)
    with _reading(database_url) as connection:
        rows = {token: (kind, state) for token, kind, state in connection.execute(known) if token}
    problems = [
        f"{count} texts left that the outbox does not know" for token, count in copies.items() if token not in rows
    ]
    for token, (kind, state) in rows.items():
        allowed = most if kind in ("page", "fallback_page", "page_reply") else 1
        if copies[token] > allowed:
            problems.append(f"a text ({kind}) was sent {copies[token]} times")
        if copies[token] == 0 and state == "handed_over":
            problems.append(f"a text ({kind}) is called handed over and never left")
    return problems


@contextmanager
def _reading(database_url: str) -> Iterator[Connection]:
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _texts_in(connection: Connection) -> Iterator[str]:
    """Each text that came in is stored once and was dealt with; what answers it is one reply."""
    texts = connection.execute(select(InboundMessage.id, InboundMessage.message_sid, InboundMessage.result)).all()
    for sid, count in Counter(sid for _, sid, _ in texts).items():
        if count > 1:
            yield f"the text {sid} is stored {count} times"
    replies = Counter(
        key.removeprefix("reply:")
        for (key,) in connection.execute(select(OutboundMessage.business_key))
        if key.startswith("reply:")
    )
    for inbound_id, sid, result in texts:
        if result in ("received", "failed"):
            yield f"the text {sid} came in and was not handled ({result})"
        if result in ("answer", "acknowledged", "not_understood") and replies[inbound_id] != 1:
            yield f"the text {sid} ({result}) was answered {replies[inbound_id]} times"


def _answers_and_alerts(connection: Connection) -> Iterator[str]:
    """An answer that needs a person and its alert are one commit; so are an alert and the start of its history."""
    red = select(QuestionnaireResponse.id, QuestionnaireResponse.patient_id).where(
        QuestionnaireResponse.tier.in_(("red", "amber"))
    )
    alerted = {patient_id for (patient_id,) in connection.execute(select(Alert.patient_id))}
    for response_id, patient_id in connection.execute(red):
        if patient_id not in alerted:
            yield f"the response {response_id} needs a person and there is no alert"
    opened = select(AlertEvent.alert_id, func.count()).where(AlertEvent.type == "opened").group_by(AlertEvent.alert_id)
    histories = {alert_id: count for alert_id, count in connection.execute(opened)}
    for (alert_id,) in connection.execute(select(Alert.id)):
        if histories.get(alert_id) != 1:
            yield f"the alert {alert_id} was opened {histories.get(alert_id, 0)} times by its history"


def _next_steps(connection: Connection, now: datetime) -> Iterator[str]:
    """No open alert without a next step, and none whose step is long overdue."""
    late = now - _OVERDUE
    rows = select(Alert.id, Alert.policy, Alert.next_action_at).where(Alert.status != "resolved")
    for alert_id, policy, next_action_at in connection.execute(rows):
        if policy.get("steps") and next_action_at is None:
            yield f"the open alert {alert_id} has no next step"
        if next_action_at is not None and next_action_at < late:
            yield f"the open alert {alert_id} waits for a step since {next_action_at}"
    set_aside = select(AlertEvent.alert_id).where(AlertEvent.type == "set_aside")
    for (alert_id,) in connection.execute(set_aside):
        yield f"the alert {alert_id} could not be moved and was set aside"


def _pages(connection: Connection) -> Iterator[str]:
    """No red alert without its page, no page without a text to the same person, one page for each step and person."""
    pages = connection.execute(select(Page.alert_id, Page.sequence, Page.recipient, Page.message_id)).all()
    told = connection.execute(select(OutboundMessage.id, OutboundMessage.practitioner_id))
    texts = {row_id: practitioner_id for row_id, practitioner_id in told}
    paged = {alert_id for alert_id, *_ in pages}
    for alert_id, sequence, recipient, message_id in pages:
        if message_id not in texts:
            yield f"page {sequence} of alert {alert_id} to {recipient} has no text"
        elif (texts[message_id] or "fallback") != recipient:
            yield f"page {sequence} of alert {alert_id} to {recipient} is a text to {texts[message_id]}"
    for step, count in Counter((a, s, r) for a, s, r, _ in pages).items():
        if count > 1:
            yield f"the page {step} was made {count} times"
    # In a storm, what does not go out by itself waits for the worker's next look: it is due already.
    waiting = and_(
        Alert.status == "triggered", Alert.last_step_at.is_(None), Alert.next_action_at <= Alert.triggered_at
    )
    for (alert_id,) in connection.execute(select(Alert.id).where(Alert.tier == "red", not_(waiting))):
        if alert_id not in paged:
            yield f"nobody was ever paged for the red alert {alert_id}"
    events = select(AlertEvent.alert_id, func.count()).where(AlertEvent.type == "paged").group_by(AlertEvent.alert_id)
    steps = {alert_id: len({s for a, s, *_ in pages if a == alert_id}) for alert_id in paged}
    for alert_id, count in connection.execute(events):
        if steps.get(alert_id) != count:
            yield f"the alert {alert_id} was paged {steps.get(alert_id, 0)} times, by its history {count}"


def _acknowledgements(connection: Connection) -> Iterator[str]:
    """Whoever has an alert is named, and its history says so as often as it happened."""
    rows = select(Alert.id, Alert.acknowledged_at, Alert.acknowledged_by).where(Alert.status == "acknowledged")
    for alert_id, at, by in connection.execute(rows):
        if at is None or by is None:
            yield f"the alert {alert_id} is acknowledged by nobody"


def _prompts(connection: Connection) -> Iterator[str]:
    """Exactly one invitation for each check-in that was issued, and one check-in for each slot.

    One that somebody asked for by text begins with the reply to that text.
    """
    invitations = Counter(
        checkin_id
        for (checkin_id,) in connection.execute(
            select(OutboundMessage.checkin_id).where(
                OutboundMessage.kind == "invitation", ~OutboundMessage.business_key.endswith(":again")
            )
        )
    )
    rows = connection.execute(
        select(Checkin.id, Checkin.status, Checkin.plan_id, Checkin.local_date, Checkin.slot)
    ).all()
    replied = select(OutboundMessage.patient_id, OutboundMessage.created_at).where(OutboundMessage.kind == "reply")
    replies = {tuple(row) for row in connection.execute(replied)}
    wanted = select(Checkin.id, Checkin.patient_id, Checkin.issued_at).where(Checkin.slot.startswith("asked-for:"))
    asked_for = {id for id, patient_id, issued_at in connection.execute(wanted) if (patient_id, issued_at) in replies}
    for checkin_id, status, *_ in rows:
        if checkin_id in asked_for and not invitations[checkin_id]:
            continue
        if status in ("issued", "started", "completed") and invitations[checkin_id] != 1:
            yield f"the check-in {checkin_id} ({status}) has {invitations[checkin_id]} invitations"
    for slot, count in Counter(tuple(row[2:]) for row in rows).items():
        if count > 1:
            yield f"the slot {slot} was issued {count} times"


def _statuses(connection: Connection) -> Iterator[str]:
    """The status of a text follows from the set of what was reported of it, and from nothing else."""
    reported: dict[str, list[str]] = {}
    for sid, status in connection.execute(select(DeliveryEvent.message_sid, DeliveryEvent.status)):
        reported.setdefault(sid, []).append(status)
    rows: Sequence[Any] = connection.execute(select(OutboundMessage.message_sid, OutboundMessage.status)).all()
    for sid, status in rows:
        if sid in reported and status != settled_status(reported[sid]):
            yield f"the text {sid} is {status} though {sorted(reported[sid])} was reported"
