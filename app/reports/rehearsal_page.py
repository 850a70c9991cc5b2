"""A rehearsal as HTML: bars drawn without scripts, each with a table that says the same. For a page, or a file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.alerts.rehearsal import Tally
from app.alerts.rehearsal_result import Rehearsal
from app.codes import Tier

WIDTH, HEIGHT = 720, 160
_LEFT, _BASE, _TOP = 34, 132, 10
_FOLDER = Path(__file__).parent / "pages"


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of one day's bar, in the drawing's units."""

    x: float
    y: float
    width: float
    height: float
    tier: str


@dataclass(frozen=True, slots=True)
class Days:
    """A chart of alerts by day: its bars, its highest value, its first and last day, and the rows of its table."""

    bars: tuple[Bar, ...]
    highest: int
    first: date
    last: date
    rows: tuple[tuple[date, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: the alerts it had a part in, by tier, with both programs, and how much of the widest bar that is."""

    rule: str
    proposed: tuple[int, int, int]
    current: int | None
    gained: int
    lost: int
    share: float

    @property
    def total(self) -> int:
        """The alerts under the proposed program."""
        return sum(self.proposed)


def fragment(rehearsal: Rehearsal) -> str:
    """The rehearsal as a part of a page: headings from ``h2`` on, no style of its own."""
    return _render("rehearsal.html", rehearsal)


def document(rehearsal: Rehearsal) -> str:
    """The rehearsal as a page by itself, to be kept, sent or printed; it loads nothing from anywhere."""
    return _render("rehearsal_document.html", rehearsal)


def _render(template: str, rehearsal: Rehearsal) -> str:
    counted = rehearsal.counted
    return _environment().get_template(template).render(
        r=rehearsal, proposed=counted.proposed, current=counted.current if rehearsal.against else None,
        sides=rehearsal.sides(), days=_days(counted.proposed), rules=_rules(rehearsal), tiers=list(Tier),
        width=WIDTH, height=HEIGHT, base=_BASE, left=_LEFT,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _days(tally: Tally) -> Days | None:
    if not tally.by_day:
        return None
    first, last = min(tally.by_day), max(tally.by_day)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    highest = max(sum(counts.values()) for counts in tally.by_day.values())
    step = (WIDTH - _LEFT) / len(every)
    bars: list[Bar] = []
    for place, day in enumerate(every):
        y = float(_BASE)
        for tier in Tier:
            size = tally.by_day.get(day, Counter())[tier.value] / highest * (_BASE - _TOP)
            if size:
                y -= size
                bars.append(
                    Bar(round(_LEFT + place * step, 1), round(y, 1), round(step * 0.8, 1), round(size, 1), tier.value)
                )
    rows = tuple((day, *_counts(tally.by_day.get(day, Counter()))) for day in every)
    return Days(tuple(bars), highest, first, last, rows)


def _counts(counts: Counter[str]) -> tuple[int, int, int]:
    return counts[Tier.RED.value], counts[Tier.AMBER.value], counts[Tier.WATCH.value]


def _rules(rehearsal: Rehearsal) -> Sequence[RuleRow]:
    counted = rehearsal.counted
    names = set(counted.proposed.by_rule) | set(counted.current.by_rule) | set(counted.gained) | set(counted.lost)
    most = max((sum(counts.values()) for counts in counted.proposed.by_rule.values()), default=1)
    rows = []
    for name in names:
        counts = counted.proposed.by_rule.get(name, Counter())
        before = sum(counted.current.by_rule.get(name, Counter()).values()) if rehearsal.against else None
        share = round(sum(counts.values()) / most, 3)
        rows.append(RuleRow(name, _counts(counts), before, counted.gained[name], counted.lost[name], share))
    return sorted(rows, key=lambda row: (-row.total, row.rule))
