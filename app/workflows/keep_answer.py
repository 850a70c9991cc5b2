"""Answer a repeated API call as it was answered first: the caller sends the same key with both.

A call claims its key before it acts, and its answer is kept, sealed, afterwards. A call whose process died in between
leaves a claim without an answer; after a while the key may be used again, and the call then runs a second time.
"""

from dataclasses import dataclass
from datetime import timedelta

from app.db import Session, keyring_of, retry_on_conflict, site_scope
from app.errors import Conflict, Rejected
from app.staff import store as staff
from app.staff.models import ApiToken, IdempotentAnswer
from app.workflows.manage_tokens import Caller
from app.workflows.service import Service

LONGEST_KEY = 200
_ABANDONED_AFTER = timedelta(minutes=5)
_PURPOSE = "request"


class StillRunning(Conflict):
    """The first call with this key has not been answered yet; the same call may be made again in a moment."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A key taken for one call, until ``keep_answer`` or ``release_claim``."""

    id: str
    site_id: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer: its HTTP status and what ``keep_answer`` was given."""

    status: int
    body: str


@retry_on_conflict
def claim_answer(service: Service, *, caller: Caller, key: str, request: str) -> Claim | Kept:
    """Take a key for a call, or give the answer that its first call got. ``request`` is all that makes calls the same.

    Raises ``Rejected`` for a key that cannot be or that another call used, ``StillRunning`` while the first call runs.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Rejected({"Idempotency-Key": [f"must be 1 to {LONGEST_KEY} printable ASCII characters."]})
    now = service.clock.now()
    with service.db.transaction(site_scope(caller.site_id)) as session:
        # The token's row is the lock: two calls with one key never both find it free.
        session.get(ApiToken, caller.token_id, with_for_update=True)
        found = staff.find_answer(session, token_id=caller.token_id, key=key)
        if found is not None and found.status is None and now - found.created_at > _ABANDONED_AFTER:
            session.delete(found)
            session.flush()
            found = None
        if found is None:
            row = IdempotentAnswer(
                token_id=caller.token_id, key=key, request_hash=keyring_of(session).index(_PURPOSE, request),
                status=None, body=None, created_at=now,
            )  # fmt: skip
            session.add(row)
            return Claim(row.id, caller.site_id)
        return _answer_again(session, found, request)


def keep_answer(service: Service, claim: Claim, *, status: int, body: str) -> None:
    """Keep the answer of the call that holds a claim."""
    with service.db.transaction(site_scope(claim.site_id)) as session:
        row = session.get(IdempotentAnswer, claim.id)
        if row is not None:
            row.status, row.body = status, body


def release_claim(service: Service, claim: Claim) -> None:
    """Free a key whose call changed nothing, so that the same call can be made again."""
    with service.db.transaction(site_scope(claim.site_id)) as session:
        row = session.get(IdempotentAnswer, claim.id)
        if row is not None:
            session.delete(row)


def _answer_again(session: Session, found: IdempotentAnswer, request: str) -> Kept:
    if found.request_hash not in keyring_of(session).indexes(_PURPOSE, request):
        raise Rejected({"Idempotency-Key": ["was used for another request; use a new key for each."]})
    if found.status is None:
        raise StillRunning("the first request with this Idempotency-Key is still running")
    return Kept(found.status, found.body)
