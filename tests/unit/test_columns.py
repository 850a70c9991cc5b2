"""Moments are UTC, personal text is sealed when it is stored and opens only in its own row."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import StatementError

from app.db import Database, all_sites
from app.keyring import CannotOpen, Keyring
from app.operations.models import StageProgress
from app.staff.models import Practitioner
from tests.fakes import MONDAY_TEN


def nora(**changes: object) -> Practitioner:
    values = {
        "name": "Nora", "email": "nora@clinic.example", "email_index": "nora", "language": "en", "active": True,
        "created_at": MONDAY_TEN,
    }  # fmt: skip
    return Practitioner(**{**values, **changes})


def save(database: Database, *rows: object) -> None:
    with database.transaction(all_sites()) as session:
        session.add_all(rows)


def stored(database: Database, column: str) -> object:
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT {column} FROM practitioner").scalar()


def test_a_moment_comes_back_as_aware_utc(database: Database) -> None:
    in_madrid = datetime(2026, 3, 2, 16, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    save(database, StageProgress(id="tick", progressed_at=in_madrid, worker="w"))
    with database.reading(all_sites()) as session:
        moment = session.get_one(StageProgress, "tick").progressed_at
    assert moment == in_madrid and moment.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="aware"):
        save(database, StageProgress(id="tick", progressed_at=datetime(2026, 3, 2), worker="w"))


def test_moments_compare_in_the_database_whatever_zone_they_came_in(database: Database) -> None:
    save(database, StageProgress(id="tick", progressed_at=MONDAY_TEN, worker="w"))
    an_hour_later_elsewhere = (MONDAY_TEN + timedelta(hours=1)).astimezone(timezone(timedelta(hours=-11)))
    with database.reading(all_sites()) as session:
        due = select(StageProgress).where(StageProgress.progressed_at < an_hour_later_elsewhere)
        assert session.scalars(due).one().id == "tick"


def test_personal_text_is_sealed_in_the_database_and_plain_in_the_code(database: Database) -> None:
    row = nora()
    assert row.name == "Nora"
    save(database, row)
    assert row.name == "Nora"
    sealed = stored(database, "name")
    assert isinstance(sealed, bytes | memoryview) and b"Nora" not in bytes(sealed) and bytes(sealed)[:1] == b"\x01"
    with database.reading(all_sites()) as session:
        assert session.scalars(select(Practitioner)).one().name == "Nora"


def test_text_that_nobody_opened_in_its_transaction_says_so_later(database: Database) -> None:
    save(database, nora())
    with database.reading(all_sites()) as session:
        row = session.scalars(select(Practitioner)).one()
        assert row.name == "Nora"
    assert row.name == "Nora"
    with pytest.raises(RuntimeError, match="transaction"):
        _ = row.email


def test_changed_text_is_sealed_again(database: Database) -> None:
    save(database, nora())
    with database.transaction(all_sites()) as session:
        session.scalars(select(Practitioner)).one().name = "Nora Vega"
    with database.reading(all_sites()) as session:
        assert session.scalars(select(Practitioner)).one().name == "Nora Vega"


def test_no_text_is_no_text(database: Database) -> None:
    save(database, nora(phone=None))
    assert stored(database, "phone") is None
    with database.reading(all_sites()) as session:
        assert session.scalars(select(Practitioner)).one().phone == ""


def test_text_moved_to_another_row_does_not_open(database: Database) -> None:
    save(database, nora(id="a", email_index="a"), nora(id="b", email_index="b", name="Omar"))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE practitioner SET name = (SELECT name FROM practitioner WHERE id = 'b')")
    with database.reading(all_sites()) as session:
        assert session.get_one(Practitioner, "b").name == "Omar"
        with pytest.raises(CannotOpen):
            _ = session.get_one(Practitioner, "a").name


def test_text_moved_to_another_column_does_not_open(database: Database) -> None:
    save(database, nora())
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE practitioner SET name = email")
    with database.reading(all_sites()) as session:
        row = session.scalars(select(Practitioner)).one()
        assert row.email == "nora@clinic.example"
        with pytest.raises(CannotOpen):
            _ = row.name


def test_text_that_was_not_sealed_never_reaches_the_database(database: Database) -> None:
    with pytest.raises(StatementError, match="sealed"), database.transaction(all_sites()) as session:
        session.execute(update(Practitioner).values(_name=b"Nora"))
    with pytest.raises(StatementError, match="sealed"), database.transaction(all_sites()) as session:
        session.execute(insert(Practitioner).values(id="x", _name=b"Nora"))
    with pytest.raises(TypeError):
        nora(name=b"Nora")


def test_after_a_rotation_old_rows_open_and_new_ones_use_the_new_key(database_url: str) -> None:
    old_key, new_key, index_key = "o" * 32, "n" * 32, "i" * 32
    before = Database(database_url, Keyring([old_key], [index_key]))
    save(before, nora(id="a", email_index="a"))
    before.close()
    after = Database(database_url, Keyring([new_key, old_key], [index_key]))
    save(after, nora(id="b", email_index="b"))
    with after.reading(all_sites()) as session:
        old, new = session.get_one(Practitioner, "a"), session.get_one(Practitioner, "b")
        assert old.name == new.name == "Nora"
        assert not after.keyring.sealed_with_first(old._name) and after.keyring.sealed_with_first(new._name)
    after.close()


def test_a_row_refuses_a_name_it_does_not_have() -> None:
    with pytest.raises(TypeError, match="nickname"):
        nora(nickname="N")


def test_a_row_has_an_id_before_it_is_stored() -> None:
    assert len(nora().id) == 24 and nora(id="given").id == "given"
