"""When an alert is asked about again, and whether it helped."""

from datetime import timedelta

import pytest

from app.alerts.lifecycle import Outcome
from app.alerts.reassessment import Asked, Change, Status, Told, due_after, judge_reassessment, worth_asking
from app.codes import Tier

PAIN = Asked(Tier.AMBER, label="pain", before=8, goal=3)
NO_GOAL = Asked(Tier.AMBER, label="tiredness", before=8)
WORDS = Asked(Tier.RED)
COPING = Asked(Tier.AMBER, label="coping", before=2, goal=6, worse="low")
FEVER = Asked(Tier.RED, label="fever or shivering", before=1, goal=2, worse="low", words={1: "had it", 2: "neither"})
DAY, WEEK = timedelta(days=1), timedelta(days=7)
BETTER, SAME, WORSE = Change


@pytest.mark.parametrize(
    ("tier", "outcome", "after"),
    [
        ("red", "advised_self_care", DAY),
        ("red", "medication_changed", DAY),  # a week would hide that it was not enough
        ("red", "visit_arranged", DAY),
        ("amber", "advised_self_care", 2 * DAY),
        ("amber", "referred", 2 * DAY),
        ("amber", "medication_changed", WEEK),
        ("watch", "medication_changed", WEEK),
        ("watch", "advised_self_care", None),
        *(("red", outcome, None) for outcome in Outcome if not outcome.promises_relief),
    ],
)
def test_when_it_is_due(tier: str, outcome: str, after: timedelta | None) -> None:
    assert due_after(tier, outcome) == after


def test_no_form_asks_somebody_who_wrote_that_they_want_to_die() -> None:
    assert worth_asking("clinical", "self:pain")
    assert worth_asking("clinical", "words:chest_pain")
    assert not worth_asking("clinical", "words:wants_to_die")
    assert not worth_asking("clinical", "words:self_harm")
    assert not worth_asking("silence", "silence")


@pytest.mark.parametrize(
    ("asked", "told", "status", "tier", "why"),
    [
        # At the goal it is well, whatever else is said, and also when nothing else is.
        (PAIN, Told(3, SAME, True, False), Status.MET, None, "Pain 3, at the goal of 3."),
        (PAIN, Told(3), Status.MET, None, "Pain 3, at the goal of 3."),
        (PAIN, Told(0, WORSE, True), Status.MET, None, "Pain 0, at the goal of 3."),
        # Two points better, and said to be better: both are needed.
        (PAIN, Told(6, BETTER, True, True), Status.MET, None, "Pain 6, was 8, and they say that it is better."),
        (PAIN, Told(6, SAME, True), Status.NOT_MET, Tier.AMBER, "pain 6, was 8; goal 3; they say it is the same"),
        (PAIN, Told(6), Status.NOT_MET, Tier.AMBER, "pain 6, was 8; goal 3."),
        (PAIN, Told(7, BETTER, True), Status.NOT_MET, Tier.AMBER, "they say it is better"),
        (PAIN, Told(9, WORSE, True, False), Status.NOT_MET, Tier.AMBER, "what was done did not help"),
        (NO_GOAL, Told(2, SAME, True), Status.NOT_MET, Tier.AMBER, "tiredness 2, was 8"),
        (NO_GOAL, Told(6, BETTER, True), Status.MET, None, "Tiredness 6, was 8"),
        # What is gone is gone, with or without a goal, unless they say that it is worse.
        (NO_GOAL, Told(0, SAME, True), Status.MET, None, "Tiredness 0."),
        (NO_GOAL, Told(1, SAME, True), Status.NOT_MET, Tier.AMBER, "tiredness 1, was 8"),
        (NO_GOAL, Told(0, WORSE, True), Status.NOT_MET, Tier.AMBER, "they say it is worse"),
        # Where low is the worse side.
        (COPING, Told(6), Status.MET, None, "Coping 6, at the goal of 6."),
        (COPING, Told(4, BETTER, True), Status.MET, None, "Coping 4, was 2"),
        (COPING, Told(3, BETTER, True), Status.NOT_MET, Tier.AMBER, "coping 3, was 2"),
        # A choice is well when its best option is chosen.
        (FEVER, Told(2, SAME, True), Status.MET, None, "Fever or shivering: neither."),
        (FEVER, Told(1, BETTER, True), Status.NOT_MET, Tier.RED, "fever or shivering: had it; they say it is better"),
        # Without a number what was said decides.
        (WORDS, Told(None, BETTER, True, True), Status.MET, None, "They say that it is better."),
        (WORDS, Told(None, None, None, True), Status.MET, None, "They say that it helped."),
        (WORDS, Told(None, SAME, True, True), Status.NOT_MET, Tier.RED, "they say it is the same"),
        (WORDS, Told(None, WORSE, True, True), Status.NOT_MET, Tier.RED, "they say it is worse"),
        (WORDS, Told(None, None, True, False), Status.NOT_MET, Tier.RED, "what was done did not help"),
        (PAIN, Told(None, BETTER, True, True), Status.MET, None, "They say that it is better."),
        # A promise that was not kept weighs more than a number.
        (PAIN, Told(1, BETTER, False), Status.NOT_MET, Tier.RED, "The call or visit did not happen: pain 1, was 8"),
        (Asked(Tier.WATCH), Told(None, BETTER, False), Status.NOT_MET, Tier.AMBER, "did not happen"),
        (WORDS, Told(None, None, False), Status.NOT_MET, Tier.RED, "did not happen"),
        # Silence.
        (WORDS, Told(), Status.SILENT, Tier.RED, "Nobody said"),
        (PAIN, Told(), Status.SILENT, Tier.WATCH, "Nobody said"),
    ],
)
def test_whether_it_helped(asked: Asked, told: Told, status: Status, tier: Tier | None, why: str) -> None:
    verdict = judge_reassessment(asked, told)
    assert (verdict.status, verdict.tier) == (status, tier)
    assert why in verdict.why


def test_questions_that_were_called_off_are_no_silence() -> None:
    verdict = judge_reassessment(WORDS, Told(), promised=False)
    assert (verdict.status, verdict.tier) == (Status.SILENT, Tier.WATCH)
