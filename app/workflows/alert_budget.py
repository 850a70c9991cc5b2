"""Hold a changed program against what each site allows its nurses to be called for, before it is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.alerts.rehearsal_result import Rehearsal
from app.db import all_sites
from app.errors import Conflict, Rejected
from app.staff import store as staff
from app.staff.roles import Role
from app.workflows.rehearse import Progress, nobody_looks, rehearse_site
from app.workflows.service import Service
from app.workflows.sign_in import prove_who

REHEARSED_DAYS = 90
_MAY_OVERRIDE = (Role.ADMINISTRATOR, Role.CLINICIAN)
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Who says that a program may be published all the same, and why. ``publisher`` is the e-mail of who publishes."""

    publisher: str
    email: str
    password: str
    reason: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """That a program may be published: the rehearsal to be kept with it, and who overrode which sites' budgets."""

    rehearsal: Mapping[str, Any]
    by: str | None = None
    site_ids: tuple[str, ...] = ()


def check_budget(
    service: Service,
    definition: Mapping[str, Any],
    *,
    override: Override | None = None,
    progress: Progress = nobody_looks,
) -> Allowed:
    """Rehearse a program at every site on its last 90 days. Raises ``Conflict`` where it would call for too much.

    With an ``override`` it passes if a second person of those sites, an administrator or clinician, proves who they
    are; ``Rejected`` says what is missing. Where nobody follows the program yet there is nothing to replay.
    """
    found = _rehearse(service, definition, progress)
    over = [(site_id, rehearsal) for site_id, _, rehearsal in found if rehearsal.over_budget]
    kept: dict[str, Any] = {
        "rehearsed_at": service.clock.now().isoformat(),
        "days": REHEARSED_DAYS,
        "sites": {
            code: {"rehearsed": False} if rehearsal.empty else {"rehearsed": True, **rehearsal.summary()}
            for _, code, rehearsal in found
        },
    }
    if not over:
        return Allowed(kept)
    if override is None:
        raise Conflict("\n".join([*(_too_much(rehearsal) for _, rehearsal in over), _WAY_OUT]))
    second, publisher = _second_person(service, override, [site_id for site_id, _ in over])
    kept["overridden"] = {"by": second, "published_by": publisher, "reason": override.reason.strip()}
    return Allowed(kept, second, tuple(site_id for site_id, _ in over))


_WAY_OUT = (
    "Nothing was published. Change the rules, give the site another alert budget, or let a second person, an "
    "administrator or clinician, publish it with --override-by and --reason."
)


def _too_much(rehearsal: Rehearsal) -> str:
    return (
        f"{rehearsal.program} would give each of {rehearsal.nurses} nurses "
        f"{rehearsal.load(rehearsal.counted.proposed):.1f} red and amber alerts a day; "
        f"the site allows {rehearsal.budget:g}."
    )


def _rehearse(
    service: Service, definition: Mapping[str, Any], progress: Progress
) -> Sequence[tuple[str, str, Rehearsal]]:
    with service.db.reading(all_sites()) as session:
        sites = [(site.id, site.code) for site in staff.list_sites(session)]
    return [
        (id, code, rehearse_site(service, site_id=id, definition=definition, days=REHEARSED_DAYS, progress=progress))
        for id, code in sites
    ]


def _second_person(service: Service, override: Override, site_ids: Sequence[str]) -> tuple[str, str]:
    """The ids of who overrides and who publishes, two different people of all these sites."""
    problems: dict[str, list[str]] = {}
    if not override.reason.strip() or len(override.reason) > _LONGEST_REASON:
        problems["reason"] = [f"A reason of 1 to {_LONGEST_REASON} characters is needed."]
    with service.db.reading(all_sites()) as session:
        publisher = staff.find_practitioner_by_email(session, email=override.publisher)
        if publisher is None or not publisher.active:
            problems["by"] = ["must be the e-mail address of an active member of staff: the person who publishes."]
        second = staff.find_practitioner_by_email(session, email=override.email)
        if second is not None and publisher is not None and second.id == publisher.id:
            problems["override_by"] = ["must be another person than the one who publishes."]
        roles = [
            staff.find_membership(session, practitioner_id=second.id, site_id=site_id) if second else None
            for site_id in site_ids
        ]
        if any(membership is None or membership.role not in _MAY_OVERRIDE for membership in roles):
            problems.setdefault("override_by", ["must be an administrator or clinician of the site."])
    if problems or publisher is None:
        raise Rejected(problems)
    return prove_who(service, email=override.email, password=override.password), publisher.id
