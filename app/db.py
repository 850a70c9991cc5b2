"""The engine, its transactions, and the one place that confines every query to the caller's site."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event, insert, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.orm import Session as Session

from app.columns import Base, Encrypted, SiteOwned, seal_row
from app.ids import new_id
from app.keyring import Keyring

P = ParamSpec("P")
T = TypeVar("T")

_POSTGRESQL_OPTIONS = (
    # A stopped client must not hold an alert's row for long; a runaway query must not hold a webhook.
    "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC"
)
_RETRYABLE = frozenset({"40001", "40P01"})
_TRIES = 5

DATABASE_ERRORS = (DBAPIError, PoolTimeout)
"""What the database raises when it is away, full or refuses: nothing was stored, as far as we know."""


def is_away(error: BaseException) -> bool:
    """Tell whether the database was away, busy or full, so that the same may go well later.

    ``False`` for what it refused for good, such as a value that does not fit: that fails again, however often.
    """
    return lost_connection(error) or isinstance(error, OperationalError | InterfaceError | PoolTimeout)


def lost_connection(error: BaseException) -> bool:
    """Tell whether the connection broke: on a new one the same may go well at once."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


@dataclass(frozen=True, slots=True)
class Scope:
    """Which site's rows a transaction sees; ``None`` is every site."""

    site_id: str | None


def site_scope(site_id: str) -> Scope:
    """The rows of one site. Everything that acts for a person or a clinic uses this."""
    return Scope(site_id)


def all_sites() -> Scope:
    """Every site's rows: only for inbound routing, ticks, sign-in and doctor. A test lists who may call it."""
    return Scope(None)


class ConfinedSession(Session):
    """A session whose every statement passes ``_confine`` and whose every row passes ``_before_flush``."""


class Unconfined(Exception):
    """A statement that could reach another site's rows; a programming error."""


class Database:
    """Opens transactions on SQLite or PostgreSQL through the same few calls.

    ``on_commit`` is called after a commit of a transaction that queued work (see ``wake_after_commit``).
    """

    def __init__(self, url: str, keyring: Keyring, *, pool_size: int = 10) -> None:
        self.keyring = keyring
        self.on_commit: Callable[[], None] = lambda: None
        self.engine = _make_engine(url, pool_size)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(writing=True)
        # SQLite's own waiting is unfair: with several threads writing, p99 falls from 900 ms to 65 ms with this lock.
        self._lock = threading.Lock()
        self._holder = threading.local()

    @contextmanager
    def transaction(self, scope: Scope) -> Iterator[Session]:
        """A writing transaction: commits at the end of the block, rolls back if it raises."""
        if getattr(self._holder, "busy", False):
            raise RuntimeError("a transaction is already open in this thread")
        with self._one_writer(), self._session(self._writing, scope) as session:
            self._holder.busy = True
            try:
                with session.begin():
                    yield session
            finally:
                self._holder.busy = False
        if session.info.get("wake"):
            self.on_commit()

    def refresh_statistics(self) -> None:
        """Let SQLite look at how well each index tells rows apart; PostgreSQL does so by itself.

        Without that it takes an index that begins with the site, which every statement names, for as good as any, and
        reads all rows of a clinic to find one patient's. A look at 2,000 rows of each takes some 30 milliseconds. A
        connection reads the statistics as it is opened: ours are opened anew, those of other processes within the hour.
        """
        if self.is_sqlite:
            with self._one_writer(), self._writing.begin() as connection:
                connection.exec_driver_sql("PRAGMA analysis_limit=2000")
                connection.exec_driver_sql("ANALYZE")
            self.engine.dispose()

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[Session]:
        """A transaction that only reads; a flush inside it is an error."""
        with self._session(self.engine, scope) as session:
            session.info["read_only"] = True
            yield session  # closing rolls back and, unlike rollback(), leaves what was read readable afterwards

    @property
    def in_transaction(self) -> bool:
        """Whether this thread holds a writing transaction open; nothing may call a provider then."""
        return bool(getattr(self._holder, "busy", False))

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._lock:
            yield

    @contextmanager
    def _session(self, engine: Engine, scope: Scope) -> Iterator[Session]:
        info = {"scope": scope, "keyring": self.keyring}
        with ConfinedSession(engine, expire_on_commit=False, info=info) as session:
            yield session


def narrow(session: Session, site_id: str) -> None:
    """Confine the rest of a transaction to one site, once routing has found it; what waits is written before."""
    session.flush()
    session.info["scope"] = site_scope(site_id)


def scope_of(session: Session) -> str:
    """The site that a confined transaction belongs to."""
    site_id: str | None = session.info["scope"].site_id
    if site_id is None:
        raise Unconfined("this needs a transaction confined to one site")
    return site_id


def keyring_of(session: Session) -> Keyring:
    """The keys that seal and index this session's rows."""
    keyring: Keyring = session.info["keyring"]
    return keyring


def insert_many(session: Session, kind: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows of one site in one go, several times faster than adding them to the session one by one.

    ``rows`` are values by attribute, all with the same keys; they are completed in place with what a flush would add:
    the id, the site, and personal text sealed. The transaction must be confined to the rows' site.
    """
    if session.info.get("read_only"):
        raise InvalidRequestError("this transaction only reads")
    site_id, keyring = scope_of(session), keyring_of(session)
    table: Any = kind.__table__
    sealed = [column.name for column in table.columns if isinstance(column.type, Encrypted)]
    for row in rows:
        row_id = row.setdefault("id", new_id())
        if row.setdefault("site_id", site_id) != site_id:
            raise Unconfined(f"{kind.__name__} belongs to another site")
        for name in sealed:
            text = row.get(name)
            row[name] = None if text is None else keyring.seal(text, f"{table.name}.{name}.{row_id}")
    if rows:
        session.flush()  # what they refer to may still wait in the session
        session.connection().execute(insert(table), rows)


def wake_after_commit(session: Session) -> None:
    """Tell the worker, once this transaction is committed, that there is work."""
    session.info["wake"] = True


def retry_on_conflict(flow: Callable[P, T]) -> Callable[P, T]:
    """Run a whole transaction again when PostgreSQL chose it as the victim of a deadlock (at most five times)."""

    @wraps(flow)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                return flow(*args, **kwargs)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _RETRYABLE or attempt == _TRIES:
                    raise
        raise AssertionError("unreachable")

    return again


def _confine(state: ORMExecuteState) -> None:
    site_id = state.session.info["scope"].site_id
    if site_id is None:
        return
    if not state.is_orm_statement:
        raise Unconfined("only ORM statements can be confined to a site")
    if state.is_insert:
        mapper = state.bind_mapper
        if mapper is not None and issubclass(mapper.class_, SiteOwned):
            raise Unconfined("add rows through the session, so that their site is checked")
        return
    if state.is_column_load or state.is_relationship_load:
        return
    if state.is_update and (state.is_executemany or _sets_site(state.statement)):
        raise Unconfined("an update by primary key, or of site_id, could reach another site")
    state.statement = state.statement.options(_only(site_id))


@lru_cache(maxsize=1024)
def _only(site_id: str) -> Any:
    """The condition that confines a statement to one site; made once, because making it costs more than a query."""
    return with_loader_criteria(SiteOwned, lambda cls: cls.site_id == site_id, include_aliases=True)


def _sets_site(statement: Any) -> bool:
    return any(getattr(column, "key", column) == "site_id" for column in statement._values or ())


def _before_flush(session: Session, *_: Any) -> None:
    if session.info.get("read_only"):
        raise InvalidRequestError("this transaction only reads")
    site_id = session.info["scope"].site_id
    for row in session.deleted:
        if isinstance(row, SiteOwned) and site_id not in (None, row.site_id):
            raise Unconfined(f"{type(row).__name__} belongs to another site")
    for row in (*session.new, *session.dirty):
        if not isinstance(row, Base):
            continue
        if isinstance(row, SiteOwned):
            owner: str | None = row.site_id
            if owner is None and site_id is not None:
                row.site_id = owner = site_id
            if site_id is not None and owner != site_id:
                raise Unconfined(f"{type(row).__name__} belongs to another site")
        seal_row(row, session.info["keyring"])


event.listen(ConfinedSession, "do_orm_execute", _confine)
event.listen(ConfinedSession, "before_flush", _before_flush)


def _make_engine(url: str, pool_size: int) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _make_sqlite(url)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "options": _POSTGRESQL_OPTIONS, "tcp_user_timeout": 5000},
    )


def _make_sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # Opened anew hourly: see refresh_statistics.
    engine = create_engine(
        url, hide_parameters=True, pool_recycle=3600, connect_args={"timeout": 20, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own way is not repeatable
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=20000",
            "journal_size_limit=67108864",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A transaction that reads first and writes later fails at once when another wrote in between, whatever
        # the timeout; a writer therefore takes the lock at its first statement.
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
