"""What anybody may know of the default site, before it is known who is asking."""

from dataclasses import dataclass

from app.db import all_sites
from app.staff import store as staff
from app.workflows.service import Service


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A site's public side. ``several`` tells that there are other sites beside it."""

    id: str
    public_name: str
    time_zone: str
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
            site.id, site.public_name, site.time_zone, site.after_hours_phone, site.emergency_number, len(sites) > 1
        )
