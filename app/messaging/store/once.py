"""Insert a row once, however often it comes."""

from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.columns import Base, seal_row
from app.db import keyring_of


def insert_once(session: Session, row: Base) -> bool:
    """Insert a row unless one with the same unique key is there; tell whether it was inserted.

    Needs a transaction over all sites: whose row it is was settled before.
    """
    seal_row(row, keyring_of(session))
    values = {
        attribute.columns[0].name: getattr(row, attribute.key)
        for attribute in type(row).__mapper__.column_attrs
        if attribute.key in row.__dict__
    }
    # What came back tells whether it was inserted; the row count of an insert is not known on every database.
    return session.execute(_insert_once(type(row), session.get_bind().dialect.name), values).first() is not None


@cache
def _insert_once(kind: type[Base], dialect_name: str) -> Any:
    """The statement; made once, because every text that comes in needs it."""
    dialect: Any = postgresql if dialect_name == "postgresql" else sqlite
    table: Any = kind.__table__
    return dialect.insert(table).on_conflict_do_nothing().returning(table.c.id)
