"""Which time zone a place named in a text lies in: the cities that the zone database knows, and some more."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from app.plain_text import fold
from app.zones import zone, zone_names

_LONGEST = 60
# Big cities that no zone is named after; their zone as the IANA database files them.
_MORE: Mapping[str, str] = {
    "America/New_York": (
        "new york city, nyc, boston, washington, washington dc, philadelphia, atlanta, miami, orlando, tampa, "
        "charlotte, cleveland, columbus, pittsburgh, baltimore, newark, buffalo, nueva york, filadelfia"
    ),
    "America/Chicago": (
        "houston, dallas, san antonio, austin, fort worth, minneapolis, milwaukee, new orleans, nashville, memphis, "
        "st louis, saint louis, kansas city, oklahoma city, omaha"
    ),
    "America/Denver": "salt lake city, albuquerque, santa fe, colorado springs, el paso",
    "America/Phoenix": "tucson",
    "America/Los_Angeles": "san francisco, san diego, seattle, las vegas, sacramento, oakland",
    "America/Toronto": "ottawa, montreal, quebec",
    "America/Edmonton": "calgary",
    "America/Mexico_City": "mexico, mexico df, cdmx, ciudad de mexico, guadalajara, puebla",
    "America/Bogota": "medellin, cali",
    "America/Argentina/Buenos_Aires": "la plata",
    "America/Sao_Paulo": "rio, rio de janeiro, brasilia",
    "Europe/London": "manchester, liverpool, glasgow, edinburgh, leeds, bristol, cardiff, londres",
    "Europe/Madrid": "barcelona, sevilla, seville, malaga, bilbao, zaragoza",
    "Europe/Rome": "milan, milano, naples, napoli, roma, florence",
    "Europe/Paris": "marseille, lyon, toulouse",
    "Europe/Berlin": "munich, hamburg, frankfurt, cologne, stuttgart, munchen, koln",
    "Asia/Kolkata": "mumbai, delhi, new delhi, bangalore, bengaluru, chennai, hyderabad",
    "Asia/Shanghai": "beijing, guangzhou, shenzhen",
    "Asia/Jerusalem": "tel aviv, haifa",
    "Asia/Riyadh": "jeddah, mecca, medina",
    "Africa/Cairo": "alexandria",
}
# Old ways to file a zone, by country and part of it: "East" is no place.
_NO_PLACES = ("Brazil", "Canada", "Chile", "Etc", "Mexico", "SystemV", "US")


def find_zone(text: str) -> tuple[str, str] | None:
    """The IANA zone and the name of the one place that a whole text names, such as ``("Europe/London", "London")``.

    ``None`` where the text names no place that we know, or one that could be in several zones.
    """
    if len(text) > _LONGEST:
        return None
    said = fold(text).strip(" .,!")
    for opening in ("i am in ", "i'm in ", "im in ", "in ", "estoy en ", "en ", "انا في "):
        said = said.removeprefix(opening)
    name = said.split(",")[0].strip()
    zones = _places().get(name, ())
    if len({_year(zone) for zone in zones}) != 1:
        return None
    return zones[0], name.title()


@cache
def _year(name: str) -> tuple[object, ...]:
    """What clocks do in a zone through a year: several names may stand for the same clocks."""
    return tuple(datetime(2026, month, 1, tzinfo=zone(name)).utcoffset() for month in range(1, 13))


@cache
def _places() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for filed_as in zone_names():
        area, _, rest = filed_as.partition("/")
        if rest and area not in _NO_PLACES:
            found.setdefault(fold(rest.rpartition("/")[2].replace("_", " ")), []).append(filed_as)
    for filed_as, names in _MORE.items():
        for name in names.split(", "):
            found[name] = [filed_as]
    return {name: tuple(filed) for name, filed in found.items()}
