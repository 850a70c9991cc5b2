"""The site a transaction is confined to: whatever a query forgets, another clinic's rows do not show.

Stan works at another clinic. Ana's rows are of clinic ``one``; nothing that runs in a transaction of clinic ``two`` may
find, change or delete them.
"""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import delete, exists, func, insert, literal_column, select, text, union_all, update
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session, aliased

from app.db import (
    Database,
    Unconfined,
    all_sites,
    keyring_of,
    narrow,
    retry_on_conflict,
    scope_of,
    site_scope,
    wake_after_commit,
)  # fmt: skip
from app.patients.models import ContactPoint, NameToken, Patient
from app.staff.models import Site
from app.tables import metadata
from tests.fakes import MONDAY_TEN

ONE, TWO = site_scope("one"), site_scope("two")


def site(code: str) -> Site:
    return Site(
        id=code, code=code, public_name=f"Clinic {code}", time_zone="America/New_York", region="US", language="en",
        clinic_hours={}, after_hours_phone="+15550100100", emergency_number="911", fallback_name="Desk",
        fallback_phone="+15550100101", senders=[], is_default=code == "one", created_at=MONDAY_TEN,
    )  # fmt: skip


def patient(name: str, **values: object) -> Patient:
    return Patient(
        given_name=name, family_name="Quintero", birth_date="1955-01-02", time_zone="America/New_York", language="es",
        preferred_channel="sms", status="active", setting="home", created_at=MONDAY_TEN, **values,
    )  # fmt: skip


@pytest.fixture
def two_clinics(database: Database) -> Database:
    """Ana at clinic one, Bea at clinic two."""
    with database.transaction(all_sites()) as session:
        session.add_all([site("one"), site("two")])
    for scope, name in ((ONE, "Ana"), (TWO, "Bea")):
        with database.transaction(scope) as session:
            session.add(patient(name, id=name))
            session.flush()
            session.add(NameToken(id=f"token-{name}", patient_id=name, token_index="same"))
    return database


OTHER = aliased(Patient)
PATIENTS = metadata.tables["patient"]
READS: dict[str, Callable[[Session], list[str]]] = {
    "select": lambda s: [row.id for row in s.scalars(select(Patient))],
    "columns": lambda s: list(s.scalars(select(Patient.id))),
    "alias": lambda s: list(s.scalars(select(OTHER.id))),
    "core columns in an ORM select": lambda s: [row.id for row in s.execute(select(Patient.id, Patient.status))],
    "join": lambda s: list(s.scalars(select(Patient.id).join(NameToken, NameToken.token_index == "same"))),
    "join to an alias": lambda s: list(s.scalars(select(OTHER.id).select_from(Patient).join(OTHER, Patient.id != ""))),
    "subquery": lambda s: list(s.scalars(select(select(Patient.id).subquery().c.id))),
    "CTE": lambda s: list(s.scalars(select(select(Patient.id).cte("found").c.id))),
    "union": lambda s: sorted(set(s.scalars(union_all(select(Patient.id), select(OTHER.id))))),
    "exists": lambda s: list(
        s.scalars(select(Site.id).where(exists().where(Patient.site_id == Site.id)).order_by(Site.id))
    ),
    "scalar subquery": lambda s: [
        name for name in s.scalars(select(select(func.max(Patient.id)).scalar_subquery())) if name
    ],
    "count": lambda s: ["Bea"] * (s.scalar(select(func.count()).select_from(Patient)) or 0),
    "in a subquery": lambda s: list(s.scalars(select(Patient.id).where(Patient.id.in_(select(NameToken.patient_id))))),
    "old style query": lambda s: [row.id for row in s.query(Patient)],
}


@pytest.mark.parametrize("how", READS)
def test_a_forgotten_filter_shows_nothing_of_another_clinic(two_clinics: Database, how: str) -> None:
    with two_clinics.reading(TWO) as session:
        assert READS[how](session) == (["two"] if how == "exists" else ["Bea"])


def test_a_known_id_of_another_clinic_is_not_there(two_clinics: Database) -> None:
    with two_clinics.reading(TWO) as session:
        assert session.get(Patient, "Ana") is None
        assert session.get(Patient, "Ana", populate_existing=True) is None
        assert session.get(Patient, "Bea") is not None


def test_the_same_query_serves_each_clinic_its_own(two_clinics: Database) -> None:
    """Compiled queries are kept; the clinic must not be kept with them."""
    wanted = select(Patient.id)
    for _ in range(3):
        for scope, name in ((ONE, "Ana"), (TWO, "Bea")):
            with two_clinics.reading(scope) as session:
                assert list(session.scalars(wanted)) == [name]


def test_only_own_rows_change(two_clinics: Database) -> None:
    with two_clinics.transaction(TWO) as session:
        session.execute(update(Patient).values(status="ended"))
    with two_clinics.reading(all_sites()) as session:
        assert dict(session.execute(select(Patient.id, Patient.status)).all()) == {"Ana": "active", "Bea": "ended"}


def test_only_own_rows_are_deleted(two_clinics: Database) -> None:
    with two_clinics.transaction(TWO) as session:
        session.execute(delete(NameToken))
    with two_clinics.reading(all_sites()) as session:
        assert list(session.scalars(select(NameToken.id))) == ["token-Ana"]


def test_an_update_cannot_move_a_row_to_another_clinic(two_clinics: Database) -> None:
    with pytest.raises(Unconfined), two_clinics.transaction(TWO) as session:
        session.get_one(Patient, "Bea").site_id = "one"


def test_a_row_of_another_clinic_cannot_be_added(two_clinics: Database) -> None:
    with pytest.raises(Unconfined), two_clinics.transaction(TWO) as session:
        session.add(patient("Eve", site_id="one"))


def test_an_update_of_many_cannot_move_rows_to_another_clinic(two_clinics: Database) -> None:
    with pytest.raises(Unconfined), two_clinics.transaction(TWO) as session:
        session.execute(update(Patient).values(site_id="one"))


def test_an_update_by_id_cannot_reach_another_clinic(two_clinics: Database) -> None:
    with pytest.raises(Unconfined), two_clinics.transaction(TWO) as session:
        session.execute(update(Patient), [{"id": "Ana", "status": "ended"}])


def test_a_claim_takes_only_own_rows(two_clinics: Database) -> None:
    found = select(Patient.id).limit(5).cte("found")
    claim = update(Patient).where(Patient.id == found.c.id).values(status="claimed").returning(Patient.id)
    with two_clinics.transaction(TWO) as session:
        assert list(session.scalars(claim)) == ["Bea"]
    with two_clinics.reading(ONE) as session:
        assert session.get_one(Patient, "Ana").status == "active"


def test_a_row_brought_from_another_clinic_is_not_changed_or_deleted(two_clinics: Database) -> None:
    with two_clinics.reading(ONE) as session:
        token = session.get_one(NameToken, "token-Ana")
    with pytest.raises(Unconfined), two_clinics.transaction(TWO) as session:
        session.delete(token)
    with two_clinics.reading(ONE) as session:
        ana = session.get_one(Patient, "Ana")
    with pytest.raises(Unconfined), two_clinics.transaction(TWO) as session:
        session.add(ana)
        ana.status = "ended"
    with pytest.raises(Unconfined), two_clinics.transaction(TWO) as session:
        session.merge(NameToken(id="token-Ana", patient_id="Ana", token_index="x", site_id="one"))
    with two_clinics.reading(ONE) as session:
        assert session.get_one(NameToken, "token-Ana").token_index == "same"
        assert session.get_one(Patient, "Ana").status == "active"


def test_a_row_gets_the_clinic_of_its_transaction(two_clinics: Database) -> None:
    with two_clinics.transaction(TWO) as session:
        row = patient("Eve")
        session.add(row)
    assert row.site_id == "two"


@pytest.mark.parametrize(
    "statement",
    [
        text("SELECT id FROM patient"),
        select(PATIENTS.c.id),
        select(literal_column("id")).select_from(PATIENTS),
        update(PATIENTS).values(status="ended"),
        delete(PATIENTS),
        insert(PATIENTS).values(id="x", site_id="one"),
        insert(ContactPoint).values(id="x", site_id="one"),
    ],
    ids=str,
)
def test_a_statement_that_cannot_be_confined_is_refused(two_clinics: Database, statement: object) -> None:
    with pytest.raises(Unconfined), two_clinics.transaction(TWO) as session:
        session.execute(statement)  # type: ignore[call-overload]


def test_all_sites_sees_all(two_clinics: Database) -> None:
    with two_clinics.reading(all_sites()) as session:
        assert sorted(session.scalars(select(Patient.id))) == ["Ana", "Bea"]


def test_routing_narrows_to_one_clinic_once_it_is_known(two_clinics: Database) -> None:
    with two_clinics.transaction(all_sites()) as session:
        seen = session.scalars(select(Patient)).all()
        assert len(seen) == 2
        narrow(session, "two")
        assert scope_of(session) == "two"
        assert list(session.scalars(select(Patient.id))) == ["Bea"]
        with pytest.raises(Unconfined):
            session.add(patient("Eve", site_id="one"))
            session.flush()
        session.rollback()


def test_who_needs_a_clinic_is_refused_without_one(two_clinics: Database) -> None:
    with two_clinics.reading(all_sites()) as session, pytest.raises(Unconfined):
        scope_of(session)


def test_a_failed_block_leaves_nothing(two_clinics: Database) -> None:
    with pytest.raises(RuntimeError, match="on the way"), two_clinics.transaction(TWO) as session:
        session.add(patient("Eve", id="Eve"))
        session.flush()
        raise RuntimeError("on the way")
    with two_clinics.reading(TWO) as session:
        assert session.get(Patient, "Eve") is None


def test_a_transaction_inside_another_is_a_mistake(two_clinics: Database) -> None:
    with two_clinics.transaction(ONE):
        assert two_clinics.in_transaction
        with pytest.raises(RuntimeError, match="already open"), two_clinics.transaction(ONE):
            pass
        assert two_clinics.in_transaction
    assert not two_clinics.in_transaction


def test_after_a_failure_the_thread_can_go_on(two_clinics: Database) -> None:
    with pytest.raises(ValueError), two_clinics.transaction(ONE):
        raise ValueError
    with two_clinics.transaction(ONE):
        pass


def test_reading_never_writes(two_clinics: Database) -> None:
    with two_clinics.reading(TWO) as session:
        session.get_one(Patient, "Bea").status = "ended"
        with pytest.raises(InvalidRequestError, match="only reads"):
            session.flush()
    with two_clinics.reading(TWO) as session:
        assert session.get_one(Patient, "Bea").status == "active"


def test_the_worker_is_woken_after_the_commit_and_only_then(two_clinics: Database) -> None:
    seen: list[bool] = []
    two_clinics.on_commit = lambda: seen.append(two_clinics.in_transaction)
    with two_clinics.transaction(ONE) as session:
        wake_after_commit(session)
        assert seen == []
    assert seen == [False]
    with two_clinics.transaction(ONE):
        pass
    with pytest.raises(ValueError), two_clinics.transaction(ONE) as session:
        wake_after_commit(session)
        raise ValueError
    assert seen == [False]


def test_a_session_knows_its_keys(two_clinics: Database) -> None:
    with two_clinics.reading(ONE) as session:
        assert keyring_of(session) is two_clinics.keyring


def test_a_row_that_refers_to_nothing_is_refused(two_clinics: Database) -> None:
    with pytest.raises(DBAPIError), two_clinics.transaction(ONE) as session:
        session.add(NameToken(patient_id="nobody", token_index="x"))


def test_many_writers_lose_nothing(two_clinics: Database) -> None:
    """Each reads, adds one and writes: without a lock from the first statement on, some would overwrite others."""

    def count_up() -> None:
        for _ in range(10):
            with two_clinics.transaction(ONE) as session:
                wanted = select(Site).where(Site.id == "one").with_for_update()
                session.scalars(wanted).one().alert_counter += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with two_clinics.reading(ONE) as session:
        assert session.get_one(Site, "one").alert_counter == 40


class _Deadlock(Exception):
    sqlstate = "40P01"


def _failing(times: int, error: Exception) -> tuple[Callable[[], int], list[int]]:
    calls: list[int] = []

    @retry_on_conflict
    def flow() -> int:
        calls.append(1)
        if len(calls) <= times:
            raise DBAPIError("UPDATE", {}, error)
        return len(calls)

    return flow, calls


def test_the_victim_of_a_deadlock_tries_again() -> None:
    flow, _calls = _failing(4, _Deadlock())
    assert flow() == 5


def test_five_tries_are_enough() -> None:
    flow, calls = _failing(9, _Deadlock())
    with pytest.raises(DBAPIError):
        flow()
    assert len(calls) == 5


def test_another_error_is_not_tried_again() -> None:
    flow, calls = _failing(1, ValueError())
    with pytest.raises(DBAPIError):
        flow()
    assert len(calls) == 1
