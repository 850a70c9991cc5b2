"""What a program's check-ins ask of whom: all that its rules can look at."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.alerts.entries import sets_goals
from app.codes import Respondent
from app.content.fields import entries, listed
from app.content.outline import questions_of

Item = Mapping[str, Any]

_OTHER = {Respondent.SELF: Respondent.PROXY, Respondent.PROXY: Respondent.SELF}


class Asked(NamedTuple):
    """One questionnaire as it is asked of one respondent: what is answered in one response, as far as rules see it."""

    name: str
    respondent: Respondent
    items: Mapping[str, Item]
    scores: Mapping[str, Sequence[str]]
    recall: str | None

    def find(self, name: Any) -> Item | None:
        """The item with this ``link_id``, else the first with this code, as rules find it."""
        if not isinstance(name, str):
            return None
        return self.items.get(name) or next((item for item in self.items.values() if _code(item)[1] == name), None)

    def compares(self, item: Item, other: "Asked") -> bool:
        """Whether ``other`` asks the other of patient and caregiver the same as ``item`` asks here, as rules see it."""
        if other.respondent != _OTHER.get(self.respondent):
            return False
        if self.recall is not None and other.recall not in (None, self.recall):
            return False
        code = _code(item)
        same_code = code[1] is not None and any(_code(one) == code for one in other.items.values())
        return same_code or str(item.get("link_id")) in other.items


class Items(NamedTuple):
    """What is asked of the ``respondents`` whom a rule looks at; the same name may stand in several questionnaires.

    ``everything`` is what anybody is asked.
    """

    asked: Sequence[Asked]
    respondents: str
    everything: Sequence[Asked]

    @property
    def scores(self) -> frozenset[str]:
        """The names of what their questionnaires add up."""
        return frozenset[str]().union(*(asked.scores for asked in self.asked))

    def find(self, name: Any) -> list[Item]:
        """The items of this ``link_id``, else code, one of each questionnaire that has one."""
        return [item for asked in self.asked if (item := asked.find(name)) is not None]

    def compared(self, name: Any) -> bool:
        """Whether patient and caregiver are both asked this, about the same stretch of time."""
        return any(
            item is not None and asked.compares(item, other)
            for asked in self.asked
            for item in [asked.find(name)]
            for other in self.everything
        )


def asked_by(program: Mapping[str, Any], instruments: Mapping[str, Mapping[str, Any]]) -> list[Asked]:
    """The questionnaires of a program's check-ins, of each respondent once.

    A check-in that asks again a few items of others (``items_per_occasion``) asks nothing of its own, and no rule looks
    at one that asks for goals.
    """
    found: dict[tuple[str, Respondent], Asked] = {}
    for _, check_in in entries(program.get("check_ins")):
        name = str(check_in.get("questionnaire"))
        instrument = instruments.get(name)
        if instrument is None or "items_per_occasion" in instrument:
            continue
        if sets_goals(str(check_in.get("name")), str(instrument.get("url"))):
            continue
        respondent = _series(check_in, instrument)
        items = {str(item.get("link_id")): item for _, item in questions_of(instrument)}
        scores = {str(score.get("name")): score.get("items") or () for _, score in entries(instrument.get("scores"))}
        recall = instrument.get("recall_period")
        found[name, respondent] = Asked(name, respondent, items, scores, recall if isinstance(recall, str) else None)
    return [found[key] for key in sorted(found)]


def respondents_of(rule: Mapping[str, Any]) -> list[str]:
    """Whose answers a rule looks at: the patient's own unless it says otherwise."""
    written = rule.get("respondents")
    return [str(one) for one in (written if isinstance(written, list) else [written or Respondent.SELF])]


def looked_at(rule: Mapping[str, Any], asked: Sequence[Asked]) -> Items:
    """What of all that is asked a rule looks at."""
    respondents = respondents_of(rule)
    return Items([one for one in asked if one.respondent in respondents], listed(respondents), asked)


def _code(item: Item) -> tuple[str, str | None]:
    code = item.get("code")
    said = code if isinstance(code, Mapping) else {}
    return str(said.get("system")), said["code"] if isinstance(said.get("code"), str) else None


def _series(check_in: Mapping[str, Any], instrument: Mapping[str, Any]) -> Respondent:
    """Whose series the answers to a check-in belong to."""
    if check_in.get("respondent") == "patient":
        return Respondent.SELF
    return Respondent.CAREGIVER if instrument.get("about") == "respondent" else Respondent.PROXY
