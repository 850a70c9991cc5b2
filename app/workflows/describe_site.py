"""What anybody may know of the default site, before it is known who is asking."""

from dataclasses import dataclass

from app.db import all_sites
from app.staff import store as staff
from app.workflows.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """A site's public side. ``several`` tells that there are other sites beside it."""

    id: str
    public_name: str
    time_zone: str
    region: str
    after_hours_phone: str
    emergency_number: str
    several: bool


def describe_default_site(service: Service) -> SiteFacts | None:
    """The default site's public side; ``None`` in a database without a site."""
    with service.db.reading(all_sites()) as session:
        sites = staff.list_sites(session)
        if not sites:
            return None
        site = sites[0]
        return SiteFacts(
            id=site.id, public_name=site.public_name, time_zone=site.time_zone, region=site.region,
            after_hours_phone=site.after_hours_phone, emergency_number=site.emergency_number, several=len(sites) > 1,
        )  # fmt: skip
