"""Closed sets of values that several capabilities share; the members hold the standard's own codes."""

from enum import StrEnum


class Tier(StrEnum):
    """How urgent a finding is, most urgent first."""

    RED = "red"
    AMBER = "amber"
    WATCH = "watch"

    @property
    def rank(self) -> int:
        """0 for the most urgent, rising as urgency falls: sorts a list worst first."""
        return _TIER_ORDER.index(self)

    def worse_than(self, other: "Tier") -> bool:
        """Tell whether this tier is more urgent than ``other``."""
        return self.rank < other.rank


_TIER_ORDER = (Tier.RED, Tier.AMBER, Tier.WATCH)


class Channel(StrEnum):
    """How an answer came in, or how a message leaves."""

    SMS = "sms"
    WEB = "web"
    API = "api"
    EMAIL = "email"


class Language(StrEnum):
    """Languages that messages and questions are shipped in (BCP 47)."""

    AR = "ar"
    EN = "en"
    ES = "es"


class Respondent(StrEnum):
    """Whose series an answer belongs to; the three are never merged.

    ``self`` is the patient about themselves, ``proxy`` a caregiver about the patient, ``caregiver`` a caregiver
    about themselves.
    """

    SELF = "self"
    PROXY = "proxy"
    CAREGIVER = "caregiver"
