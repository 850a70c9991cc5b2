"""When alerts come faster than anybody can read texts: what is told one by one, what together, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
"""The time in which the texts to one person are counted."""

REDS_AT_ONCE = 5
"""So many texts about red alerts may wait to leave for one person, each about one patient. A sender lets one text a
second leave and nobody can read more; from then on several reds share a text that lists their codes, which is sooner
told than one after the other. Where texts leave as they come, each red one has its own."""

OTHERS_AT_ONCE = 3
"""So many texts about other alerts go to one person in a minute; the rest become one text that says how many there are.
Fewer than of the reds: nothing of theirs is lost in a quarter of an hour, and they must not bury a red one."""

CODES_IN_A_TEXT = 12
"""So many codes fit into two segments, and one glance."""

_ROUND = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one text tells of. ``codes``: it names them, so that each can be taken by replying."""

    members: tuple[int, ...]
    codes: bool


def room(*, red: bool, recent: int) -> int:
    """How many more texts one person may get now, after ``recent`` ones in the last minute.

    For red ones only texts about red ones that have not left yet are counted: nothing less urgent ever holds one back.
    """
    return max(0, (REDS_AT_ONCE if red else OTHERS_AT_ONCE) - recent)


def next_round(now: datetime, *, red: bool) -> datetime:
    """When what has no room now is told, with all that comes until then: red ones as soon as the worker looks again,
    within a second, others at the next full minute."""
    if red:
        return now
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + ((now - midnight) // _ROUND + 1) * _ROUND


def bundle(sizes: Sequence[int], *, red: bool, space: int) -> list[Bundle]:
    """Share out what one person is to be told of: ``sizes`` are the numbers of alerts that belong together.

    All by themselves where there is ``space``. Else the first few red ones by themselves and the others in as few texts
    as their codes fit into; everything that is not red in one text that only counts.
    """
    alone = len(sizes) if len(sizes) <= space else space if red else 0
    bundles = [Bundle((index,), codes=True) for index in range(alone)]
    rest = range(alone, len(sizes))
    if rest and not red:
        return [*bundles, Bundle(tuple(rest), codes=False)]
    current: list[int] = []
    for index in rest:
        if current and sum(sizes[i] for i in current) + sizes[index] > CODES_IN_A_TEXT:
            bundles.append(Bundle(tuple(current), codes=True))
            current = []
        current.append(index)
    return [*bundles, Bundle(tuple(current), codes=True)] if current else bundles


def list_codes(codes: Sequence[str]) -> str:
    """The codes of a text in order: the first twelve, and how many more there are."""
    in_order = sorted(codes)
    more = len(in_order) - CODES_IN_A_TEXT
    return " ".join(in_order if more <= 0 else [*in_order[:CODES_IN_A_TEXT], f"+{more}"])
