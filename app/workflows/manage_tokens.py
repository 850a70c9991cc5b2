"""Make, list and revoke the tokens by which programs call the API."""

from dataclasses import dataclass
from datetime import datetime

from app.audit import store as audit
from app.db import all_sites, site_scope
from app.errors import NotFound, Rejected
from app.ids import new_token
from app.keyring import hash_token
from app.staff import store as staff
from app.staff.models import ApiToken
from app.staff.roles import token_scopes
from app.workflows.service import Service


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that called the API."""

    token_id: str
    name: str
    scope: str
    site_id: str

    @property
    def agent(self) -> str:
        """How audit events and whatever else keeps who did it name it, as far as there is room."""
        return f"api:{self.name}"[:80]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token, without its secret."""

    id: str
    name: str
    scope: str
    created_at: datetime
    revoked_at: datetime | None


def create_token(service: Service, *, site_id: str, name: str, scope: str, agent: str) -> str:
    """Make a token and return its secret, which is shown this once and stored hashed."""
    if scope not in token_scopes():
        raise Rejected({"scope": [f"must be one of {', '.join(token_scopes())}."]})
    if not name.strip() or len(name) > 60:
        raise Rejected({"name": ["A name of 1 to 60 characters is needed."]})
    secret, now = f"bds_{new_token()}{new_token()}", service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        row = ApiToken(name=name.strip(), scope=scope, token_hash=hash_token(secret), created_at=now)
        session.add(row)
        audit.record(session, agent=agent, action="create", entity="api_token", entity_id=row.id, now=now, scope=scope)
    return secret


def list_tokens(service: Service, *, site_id: str) -> list[TokenRow]:
    """The tokens of a site, oldest first, revoked ones too."""
    with service.db.reading(site_scope(site_id)) as session:
        return [TokenRow(t.id, t.name, t.scope, t.created_at, t.revoked_at) for t in staff.list_tokens(session)]


def revoke_token(service: Service, *, site_id: str, token_id: str, agent: str) -> None:
    """End a token, named by its id or its name; raises ``NotFound``."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        rows = [t for t in staff.list_tokens(session) if token_id in (t.id, t.name) and t.revoked_at is None]
        if not rows:
            raise NotFound("there is no such token in use")
        for row in rows:
            row.revoked_at = now
            audit.record(session, agent=agent, action="revoke", entity="api_token", entity_id=row.id, now=now)


def find_caller(service: Service, secret: str) -> Caller | None:
    """Whose token this is; ``None`` for an unknown or revoked one."""
    with service.db.reading(all_sites()) as session:
        row = staff.find_token(session, token=secret)
        if row is None or row.revoked_at is not None:
            return None
        return Caller(row.id, row.name, row.scope, row.site_id)
