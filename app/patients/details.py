"""What is wrong with what somebody gave us of a person, field by field, so that every mistake is named at once."""

from datetime import date

from app.codes import Channel
from app.errors import Rejected
from app.patients.contact_point import normalize_phone
from app.zones import zone

_OLDEST_YEAR = 1890
_LONGEST_NAME = 80
_LONGEST_MRN = 64


class Details:
    """Checks fields one by one and remembers what is wrong; ``None`` is a field that was not given."""

    def __init__(self, *, region: str, languages: tuple[str, ...], today: date) -> None:
        self.problems: dict[str, list[str]] = {}
        self._region, self._languages, self._today = region, languages, today

    def wrong(self, field: str, text: str) -> None:
        """Note a problem."""
        self.problems.setdefault(field, []).append(text)

    def name(self, field: str, value: str | None) -> None:
        """A name, or a part of one."""
        if value is not None and (not value.strip() or len(value) > _LONGEST_NAME or "\x00" in value):
            self.wrong(field, f"A name of 1 to {_LONGEST_NAME} characters is needed.")

    def birth_date(self, value: date | None) -> None:
        """The day of birth of somebody alive."""
        if value is not None and not date(_OLDEST_YEAR, 1, 1) <= value <= self._today:
            self.wrong("birth_date", f"must be a day between {_OLDEST_YEAR} and today.")

    def birth_year(self, value: int | None) -> None:
        """The year of birth of somebody alive."""
        if value is not None and not _OLDEST_YEAR <= value <= self._today.year:
            self.wrong("birth_year", "is not a year in which somebody alive was born.")

    def time_zone(self, value: str | None) -> None:
        """An IANA name."""
        try:
            zone(value) if value is not None else None
        except ValueError as error:
            self.wrong("time_zone", str(error))

    def language(self, value: str | None) -> None:
        """A language that people can be written to in."""
        if value is not None and value not in self._languages:
            self.wrong("language", f"must be one of {', '.join(self._languages)}.")

    def channel(self, value: str | None) -> None:
        """How somebody prefers to be asked."""
        if value not in (None, Channel.SMS, Channel.WEB):
            self.wrong("preferred_channel", "must be sms or web.")

    def mrn(self, value: str | None) -> None:
        """The clinic's own record number."""
        if value is not None and len(value) > _LONGEST_MRN:
            self.wrong("mrn", f"has at most {_LONGEST_MRN} characters.")

    def phone(self, value: str) -> str:
        """The number in full; empty when it is none."""
        try:
            return normalize_phone(value, self._region)
        except Rejected as error:
            self.wrong("phone", str(error))
            return ""

    def refuse_if_wrong(self) -> None:
        """Raise ``Rejected`` with everything that was noted, if anything was."""
        if self.problems:
            raise Rejected(self.problems)
