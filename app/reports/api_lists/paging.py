"""Lists that are read page by page, newest first, however many rows there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, or_

T = TypeVar("T")
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a row stands in a list: its moment, and its id where several share one."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list; ``next`` is the position after which it goes on, ``None`` at its end."""

    items: tuple[T, ...]
    next: Position | None


def newest_first(wanted: Select[*Columns], at: Any, id: Any, *, after: Position | None, limit: int) -> Select[*Columns]:
    """Order a statement newest first, from ``after`` on; one row more than ``limit`` tells whether there are more."""
    if after is not None:
        older: ColumnElement[bool] = at < after.at
        wanted = wanted.where(at <= after.at, or_(older, and_(at == after.at, id < after.id)))
    return wanted.order_by(at.desc(), id.desc()).limit(limit + 1)


def cut(rows: list[tuple[Position, T]], limit: int) -> Page[T]:
    """The first ``limit`` of some rows, given with their positions and in order."""
    kept = rows[:limit]
    return Page(tuple(row for _, row in kept), kept[-1][0] if len(rows) > limit else None)
