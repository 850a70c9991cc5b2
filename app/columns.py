"""Column types and base classes that every capability's tables share."""

from datetime import UTC, datetime
from typing import Any, Self, overload

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, LargeBinary, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, object_session
from sqlalchemy.types import TypeDecorator

from app.ids import new_id
from app.keyring import Keyring

Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document; binary on PostgreSQL."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Takes and gives aware UTC only: SQLite has no zone to store, so a naive value would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive value; hand the database UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Encrypted(TypeDecorator[bytes]):
    """Sealed personal text. Refuses to store anything that was not sealed first."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Let sealed bytes through and nothing else."""
        if value is None or (isinstance(value, bytes) and value[:1] == b"\x01"):
            return value
        raise TypeError("personal text must be sealed before it is stored")


class Plain(bytes):
    """Plain text waiting, in memory only, to be sealed at the next flush."""


class Base(DeclarativeBase):
    """Base of every table: names for every constraint, and a random id that exists before the row does."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012  SQLAlchemy reads it so

    id: Mapped[str] = mapped_column(String(40), primary_key=True, sort_order=-10)

    def __init__(self, **values: Any) -> None:
        self.id = values.pop("id", None) or new_id()
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)


class SiteOwned:
    """A row that belongs to one clinic; ``app.db`` confines every query on it to the caller's site."""

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), sort_order=-9)


class encrypted:  # noqa: N801  reads as a type at the place of use: name = encrypted("_name")
    """A text attribute over a sealed column: set and read plain text, store sealed bytes.

    ``_name: Mapped[bytes] = mapped_column("name", Encrypted)`` declares the column, ``name = encrypted("_name")`` the
    plain view of it. Sealing happens at flush, opening on first reading.
    """

    def __init__(self, attribute: str) -> None:
        self.attribute = attribute

    @overload
    def __get__(self, row: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, row: Base, owner: type[Any]) -> str: ...
    def __get__(self, row: Base | None, owner: type[Any]) -> Self | str:
        if row is None:
            return self
        stored: bytes | None = getattr(row, self.attribute)
        if stored is None:
            return ""
        if isinstance(stored, Plain):
            return stored.decode("utf-8", "surrogatepass")
        opened = _opened(row)
        if (self.attribute, stored) not in opened:
            session = object_session(row)
            if session is None:
                raise RuntimeError(f"{type(row).__name__}: personal text opens only in the transaction it was read in")
            opened[self.attribute, stored] = session.info["keyring"].open(stored, place(row, self.attribute))
        return opened[self.attribute, stored]

    def __set__(self, row: Base, text: str | None) -> None:
        if text is not None and not isinstance(text, str):
            raise TypeError("personal text must be str")
        setattr(row, self.attribute, None if text is None else Plain(text.encode("utf-8", "surrogatepass")))


def place(row: Base, attribute: str) -> str:
    """Where a sealed value lives, ``table.column.row``: moved anywhere else it does not open."""
    column = type(row).__mapper__.attrs[attribute].columns[0]
    return f"{row.__tablename__}.{column.name}.{row.id}"


def seal_row(row: Base, keyring: Keyring) -> None:
    """Seal whatever plain text waits on ``row``; called at flush."""
    for attribute in sealed_attributes(type(row)):
        waiting = getattr(row, attribute)
        if isinstance(waiting, Plain):
            text = waiting.decode("utf-8", "surrogatepass")
            sealed = keyring.seal(text, place(row, attribute))
            setattr(row, attribute, sealed)
            _opened(row)[attribute, sealed] = text


def _opened(row: Base) -> dict[tuple[str, bytes], str]:
    """What was opened of ``row``, by attribute and sealed value: a value moved to another column opens nowhere."""
    opened: dict[tuple[str, bytes], str] = row.__dict__.setdefault("_opened", {})
    return opened


def sealed_attributes(cls: type[Base]) -> list[str]:
    """Names of the mapped attributes of ``cls`` that hold sealed text."""
    found = _SEALED.get(cls)
    if found is None:
        found = [a.key for a in cls.__mapper__.column_attrs if isinstance(a.columns[0].type, Encrypted)]
        _SEALED[cls] = found
    return found


_SEALED: dict[type[Base], list[str]] = {}
