"""B2: how many check-ins that are due one worker invites to in a second, from the claim to the text in the outbox."""

import time

from sqlalchemy import text

from app.messaging.models import OutboundMessage
from app.workflows.issue_checkins import issue_due_checkins
from benchmarks.clinic import Asked, Clinic
from benchmarks.figures import Figure


def measure(clinic: Clinic, database: str, people: list[Asked]) -> Figure:
    """Issue one check-in to each of ``people``, and copy as many message rows in bulk for comparison."""
    clinic.make_due(people)
    before = clinic.count_outbound("invitation")
    started, worked = time.perf_counter(), time.process_time()
    while issue_due_checkins(clinic.service):
        pass
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    issued = clinic.count_outbound("invitation") - before
    assert issued == len(people), f"{issued} of {len(people)} invitations are in the outbox"
    rate, reference = issued / seconds, _bulk_copies_a_second(clinic)
    ratio = rate / reference
    wanted = "≥ 0.1 of it" + (", ≥ 2,000/s" if database == "postgresql" else "")
    return Figure(
        "B2", database, f"check-ins issued a second, {issued:,} due",
        f"{rate:,.0f}/s ({ratio:.2f}), {cpu / issued * 1e6:,.0f} µs of CPU each",
        f"{reference:,.0f} rows/s by INSERT … SELECT", wanted,
        ratio >= 0.1 and (database != "postgresql" or rate >= 2000),
        {"issued": issued, "per_second": rate, "reference_per_second": reference, "ratio": ratio,
         "cpu_microseconds": cpu / issued * 1e6},
    )  # fmt: skip


def _bulk_copies_a_second(clinic: Clinic) -> float:
    """Copy every invitation inside the database with new ids, one statement and one commit; then take them out."""
    changed = {"id": "id || '-c'", "business_key": "business_key || '-c'", "callback_hash": "NULL"}
    names = [column.name for column in OutboundMessage.__table__.columns]
    chosen = ", ".join(changed.get(name, name) for name in names)
    copy = f"INSERT INTO outbound_message ({', '.join(names)}) SELECT {chosen} FROM outbound_message"
    engine = clinic.service.db.engine
    with engine.connect() as connection:
        started = time.perf_counter()
        copied = connection.execute(text(copy + " WHERE kind = 'invitation'")).rowcount
        connection.commit()
        seconds = time.perf_counter() - started
        connection.execute(text("DELETE FROM outbound_message WHERE id LIKE '%-c'"))
        connection.commit()
    return copied / seconds
