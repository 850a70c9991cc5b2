"""Who is on call, and where nobody is."""

from datetime import UTC, datetime, timedelta

import pytest

from app.escalation.oncall import Recipients, Shift, ShiftRole, covered, gaps, recipients, who
from app.escalation.policy import Target

MONDAY = datetime(2025, 11, 3, tzinfo=UTC)


def hour(number: float) -> datetime:
    return MONDAY + timedelta(hours=number)


def shift(person: str, start: float, end: float, role: ShiftRole = ShiftRole.ON_CALL) -> Shift:
    return Shift(person, role, hour(start), hour(end))


NORA, OMAR = shift("nora", 8, 20), shift("omar", 8, 20, ShiftRole.BACKUP)


@pytest.mark.parametrize(("moment", "there"), [(7.99, ()), (8, ("nora",)), (19.99, ("nora",)), (20, ())])
def test_a_shift_includes_its_start_and_not_its_end(moment, there):
    assert who([NORA, OMAR], "on_call", hour(moment)) == there
    assert covered([NORA, OMAR], hour(moment)) is bool(there)


def test_a_backup_alone_does_not_cover():
    assert who([OMAR], ShiftRole.BACKUP, hour(9)) == ("omar",)
    assert not covered([OMAR], hour(9))


def test_two_on_call_each_once_the_earlier_first():
    shifts = [shift("omar", 9, 12), NORA, shift("nora", 10, 12)]
    assert who(shifts, "on_call", hour(11)) == ("nora", "omar")


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        ([], [(0, 24)]),
        ([shift("nora", 0, 24)], []),
        ([shift("nora", -5, 30)], []),
        ([NORA], [(0, 8), (20, 24)]),
        ([shift("nora", 0, 12), shift("omar", 12, 24)], []),
        ([shift("nora", 0, 12), shift("omar", 13, 24)], [(12, 13)]),
        # A short shift inside a long one opens no gap when it ends.
        ([shift("nora", 0, 24), shift("omar", 2, 3)], []),
        ([shift("omar", 13, 24), shift("nora", 0, 12)], [(12, 13)]),
        ([shift("nora", -9, -1), shift("nora", 24, 30)], [(0, 24)]),
        ([shift("omar", 0, 24, ShiftRole.BACKUP)], [(0, 24)]),
    ],
)
def test_gaps(shifts, expected):
    assert gaps(shifts, hour(0), hour(24)) == [(hour(start), hour(end)) for start, end in expected]


def test_gaps_of_the_backup():
    assert gaps([NORA, OMAR], hour(0), hour(24), role="backup") == [(hour(0), hour(8)), (hour(20), hour(24))]


@pytest.mark.parametrize(
    ("targets", "moment", "owner", "expected"),
    [
        ([Target.ON_CALL], 9, None, Recipients(("nora",))),
        ([Target.BACKUP], 9, None, Recipients(("omar",))),
        ([Target.EVERYONE], 9, None, Recipients(("nora", "omar"))),
        ([Target.EVERYONE, Target.ON_CALL], 9, None, Recipients(("nora", "omar"))),
        ([Target.OWNER], 9, "omar", Recipients(("omar",))),
        ([Target.OWNER], 9, None, Recipients(("nora",))),
        ([Target.EVERYONE, Target.FALLBACK], 9, None, Recipients(("nora", "omar"), fallback=True)),
        # Nobody on a shift: never nobody at all.
        ([Target.ON_CALL], 21, None, Recipients((), fallback=True)),
        ([Target.ON_CALL, Target.OWNER], 21, "omar", Recipients(("omar",), fallback=True)),
    ],
)
def test_targets_become_people(targets, moment, owner, expected):
    found = recipients(targets, [NORA, OMAR], hour(moment), owner=owner, everyone=("nora", "omar"))
    assert found == expected


def test_a_site_without_nurses_still_tells_somebody():
    assert recipients([Target.EVERYONE], [], hour(9)).fallback
