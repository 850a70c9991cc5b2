"""What rules are given: one check-in's answers, and the definitions of the items that were asked."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from app.codes import Respondent
from app.composites import items_of

AnswerValue = float | str | None

_NO_ANSWERS: Mapping[str, AnswerValue] = MappingProxyType({})
_NO_SCORES: Mapping[str, float | None] = MappingProxyType({})
_DERIVED = {"composite", "score"}
_RESPONDENTS: Mapping[Any, Respondent] = {"patient": Respondent.SELF} | {member.value: member for member in Respondent}
_HEARD = {"completed", "partial", "stopped", "amended", "in-progress"}
_GOALS_QUESTIONNAIRE = "personal-goals"
_SCALE_END, _SEVERE_FROM = 10, 7


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What a rule needs to know of an item; ``code`` is ``(system, code)``.

    ``label`` is its English short name, ``labels`` those of every language; ``options`` are values with their words,
    ``counts`` what those count that count another number (``None``: no answer). ``term`` and ``attribute`` say which
    part of a composite it is.
    """

    link_id: str
    code: tuple[str, str] | None = None
    worse: str = "high"
    label: str = ""
    kind: str | None = None
    high: float | None = None
    options: tuple[tuple[float, Mapping[str, str]], ...] = field(default=(), hash=False)
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    low: float | None = None
    counts: Mapping[float, float | None] = field(default_factory=dict, hash=False)
    term: str | None = None
    attribute: str | None = None

    @classmethod
    def of(cls, item: Any) -> "ItemFacts":
        """Take the facts from a mapping as a content file has it, or from a definition with the same attributes."""

        read = partial(_read, item)
        code, link_id, kind = read("code"), str(read("link_id")), read("type")
        if code is not None:
            code = (code["system"], str(code["code"])) if isinstance(code, Mapping) else (code.system, code.code)
        return cls(
            link_id=link_id,
            code=code,
            worse=read("worse") or "high",
            label=(read("label") or {}).get("en") or link_id.replace("_", " "),
            kind=str(kind) if kind else None,
            high=read("max"),
            options=tuple(_option(option) for option in read("options") or ()),
            labels=read("label") or {},
            low=read("min"),
            counts=dict(_counts(read("options") or ())),
            term=read("term"),
            attribute=read("attribute"),
        )

    def named(self, language: str) -> str:
        """The short name in a language, else in English."""
        return self.labels.get(language) or self.labels.get(language.split("-", 1)[0]) or self.label

    def option(self, value: float, language: str) -> str:
        """The words of an option in a language, else in English; empty where the value is no option."""
        words = next((texts for option, texts in self.options if option == value), {})
        return words.get(language) or words.get(language.split("-", 1)[0]) or words.get("en", "")

    @property
    def derived(self) -> bool:
        """Whether nobody answered it: it was worked out from answers, and has no series, goal or baseline."""
        return self.kind in _DERIVED

    @property
    def names(self) -> tuple[str, ...]:
        """The names that goals and baselines may be kept under: the code first, then the ``link_id``."""
        return (self.code[1], self.link_id) if self.code else (self.link_id,)

    def severe(self, value: float) -> bool | None:
        """Whether an answer is severe: 7 or worse on a 0-10 scale. ``None`` where the item is no such scale."""
        if self.kind != "scale" or self.high != _SCALE_END:
            return None
        return value <= _SCALE_END - _SEVERE_FROM if self.worse == "low" else value >= _SEVERE_FROM

    def worsening(self, value: float, reference: float) -> float:
        """By how much ``value`` is worse than ``reference``; negative when it is better."""
        return reference - value if self.worse == "low" else value - reference

    def room(self, value: float) -> float:
        """By how much an answer can be worse than another one at most, on the item's scale."""
        if self.kind != "scale":
            return math.inf
        best = self.high if self.worse == "low" else self.low
        return math.inf if best is None else self.worsening(value, best)


class ItemSet:
    """The items of one questionnaire, found by ``link_id`` or by code, and what it adds up, by name."""

    def __init__(self, items: Iterable[Any], scores: Iterable[ItemFacts] = ()) -> None:
        self.scores = {score.link_id: score for score in scores}
        self.by_link: dict[str, ItemFacts] = {}
        self._by_code: dict[str, list[ItemFacts]] = {}
        self._same: dict[tuple[str, ...], list[str]] = {}
        self.no_answers: dict[str, frozenset[float]] = {}
        self._parts: dict[str, dict[str, str]] = {}
        for item in items:
            facts = item if isinstance(item, ItemFacts) else ItemFacts.of(item)
            self.by_link[facts.link_id] = facts
            if None in facts.counts.values():
                self.no_answers[facts.link_id] = frozenset(v for v, count in facts.counts.items() if count is None)
            if facts.code:
                self._by_code.setdefault(facts.code[1], []).append(facts)

    def find(self, name: str) -> ItemFacts | None:
        """The item with this ``link_id``, else the first with this code."""
        return self.by_link.get(name) or next(iter(self._by_code.get(name, ())), None)

    def parts(self, term: str) -> Mapping[str, str]:
        """The ``link_id`` of the items that a composite is made of, by attribute."""
        if term not in self._parts:
            self._parts[term] = items_of(term, ((f.link_id, f.term, f.attribute) for f in self.by_link.values()))
        return self._parts[term]

    def same_code(self, facts: ItemFacts) -> list[str]:
        """The ``link_id`` values that share the item's code, its own name first."""
        if facts.code is None:
            return []
        key = (facts.link_id, *facts.code)
        if key not in self._same:
            links = [other.link_id for other in self._by_code.get(facts.code[1], ()) if other.code == facts.code]
            self._same[key] = sorted(links, key=lambda link: link != facts.link_id)
        return self._same[key]


class Entry(NamedTuple):
    """One check-in or response of an enrolment; a tuple, because a history has many and they are made in a hurry.

    ``status`` is the check-in's or the response's; ``missed`` has no answers. ``tier`` is the tier the entry raised,
    where the caller knows it (``judged`` says so). ``texts`` are further words of the person, beside the answers, and
    ``scores`` what the answers add up to, by name.
    """

    authored_at: datetime
    respondent: Respondent = Respondent.SELF
    status: str = "completed"
    answers: Mapping[str, AnswerValue] = _NO_ANSWERS
    check_in: str | None = None
    questionnaire: str | None = None
    recall_period: str | None = None
    language: str = "en"
    items: ItemSet | None = None
    late: bool = False
    tier: str | None = None
    judged: bool = False
    texts: tuple[str, ...] = ()
    scores: Mapping[str, float | None] = _NO_SCORES

    @classmethod
    def from_mapping(cls, data: "Mapping[str, Any] | Entry", items: "Items | None" = None) -> "Entry":
        """Make an entry; only ``authored_at`` must be there. ``items`` shares definitions between entries."""
        if isinstance(data, Entry):
            return data
        get = data.get
        respondent = _RESPONDENTS.get(get("respondent") or "self")
        if respondent is None:
            raise ValueError(f"{get('respondent')!r} is not a respondent: self, proxy or caregiver.")
        definitions = get("items")
        if not isinstance(definitions, ItemSet):
            definitions = (items or Items()).of(definitions)
        return cls(
            moment(data["authored_at"]), respondent, get("status") or "completed", get("answers") or _NO_ANSWERS,
            get("check_in"), get("questionnaire"), get("recall_period"), get("language") or "en", definitions,
            bool(get("late")), get("tier"), "tier" in data, tuple(get("texts") or ()), get("scores") or _NO_SCORES,
        )  # fmt: skip

    def number(self, link_id: str) -> float | None:
        """The number that answers an item; ``None`` also for an option that says that there is no answer."""
        value = number(self.answers.get(link_id))
        unanswered = self.items.no_answers.get(link_id) if self.items else None
        return None if unanswered and value in unanswered else value

    def counted(self, facts: ItemFacts) -> float | None:
        """What the answer to an item counts: its option's own score, where it has one."""
        value = self.number(facts.link_id)
        return None if value is None else facts.counts.get(value, value)

    @property
    def heard(self) -> bool:
        """Whether the person answered: they closed it, or at least one answer is in."""
        return self.status in _HEARD or (self.status != "missed" and any(v is not None for v in self.answers.values()))

    @property
    def missed(self) -> bool:
        """Whether its window closed without an answer."""
        return self.status == "missed"

    @property
    def sets_goals(self) -> bool:
        """Whether it asked for personal goals."""
        return sets_goals(self.check_in, self.questionnaire)


class Items:
    """Item sets by the sequence they were made from, so that entries which share definitions share the set."""

    def __init__(self, default: Sequence[Any] | ItemSet | None = None) -> None:
        self._default = default
        self._sets: dict[int, tuple[object, ItemSet]] = {}

    def of(self, items: Sequence[Any] | ItemSet | None) -> ItemSet | None:
        """The set of these definitions, or of the default ones; ``None`` when neither is known."""
        chosen = self._default if items is None else items
        if chosen is None or isinstance(chosen, ItemSet):
            return chosen
        if id(chosen) not in self._sets:
            self._sets[id(chosen)] = (chosen, ItemSet(chosen))
        return self._sets[id(chosen)][1]


def sets_goals(check_in: str | None, questionnaire: str | None) -> bool:
    """Whether a check-in, or the url of what it asks, is about goals: its numbers are levels wished for, not felt."""
    if check_in == _GOALS_QUESTIONNAIRE:
        return True
    if questionnaire is None or _GOALS_QUESTIONNAIRE not in questionnaire:
        return False
    return questionnaire.split("|")[0].replace("/", ":").rsplit(":", 1)[-1] == _GOALS_QUESTIONNAIRE


def number(value: AnswerValue) -> float | None:
    """An answer as a number; ``None`` for no answer and for words. "Not a number" is an error, never a low value."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
        return value if math.isfinite(value) else None
    if not math.isfinite(value):
        raise ValueError(f"An answer of {value!r} cannot be judged.")
    return float(value)


def moment(value: datetime | str) -> datetime:
    """An aware moment; text is RFC 3339, and a time without a zone is UTC."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _read(definition: Any, name: str) -> Any:
    return definition.get(name) if isinstance(definition, Mapping) else getattr(definition, name, None)


def _option(option: Any) -> tuple[float, Mapping[str, str]]:
    text = _read(option, "text") or {}
    return _read(option, "value"), text if isinstance(text, Mapping) else {"en": str(text)}


def _counts(options: Iterable[Any]) -> Iterator[tuple[float, float | None]]:
    for option in options:
        score, missing = _read(option, "score"), _read(option, "missing")
        if missing or score is not None:
            yield _read(option, "value"), None if missing else score
