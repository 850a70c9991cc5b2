"""What each role may do. One role per person and site."""

from enum import StrEnum


class Role(StrEnum):
    """A member of staff's role at one site."""

    NURSE = "nurse"
    NAVIGATOR = "navigator"
    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """Something that a role may do."""

    READ_CHARTS = "read_charts"
    ACT_ON_ALERTS = "act_on_alerts"
    SCHEDULE = "schedule"
    ADMINISTER = "administer"
    REHEARSE = "rehearse"


_CLINICAL = frozenset({Permission.READ_CHARTS, Permission.ACT_ON_ALERTS, Permission.SCHEDULE})

_MAY = {
    Role.NURSE: _CLINICAL,
    Role.NAVIGATOR: _CLINICAL,
    Role.CLINICIAN: _CLINICAL,
    Role.COORDINATOR: frozenset({Permission.READ_CHARTS, Permission.SCHEDULE}),
    Role.MANAGER: frozenset({Permission.REHEARSE}),
    Role.ADMINISTRATOR: frozenset({Permission.ADMINISTER, Permission.REHEARSE, Permission.SCHEDULE}),
    Role.AUDITOR: frozenset({Permission.READ_CHARTS}),
}

_SCOPES = {
    "read": frozenset({"read"}),
    "write": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "admin"}),
}


def may(role: str, permission: Permission) -> bool:
    """Tell whether a role includes a permission."""
    return permission in _MAY[Role(role)]


def token_may(scope: str, need: str) -> bool:
    """Tell whether an API token of ``scope`` may make a call that needs ``read``, ``write`` or ``admin``."""
    return need in _SCOPES.get(scope, frozenset())


def token_scopes() -> tuple[str, ...]:
    """The scopes that a token can have, weakest first."""
    return tuple(_SCOPES)
