"""B7: the rules of the shipped program, judged on one response of a person with ninety days of history."""

import time
from datetime import UTC, datetime, timedelta
from random import Random

import yaml

from app.alerts.definition import AlertRule
from app.alerts.entries import Entry, ItemSet
from app.alerts.judgement import Circumstances, judge
from app.alerts.past import Known, Past
from app.config import ROOT
from app.questionnaires.definition import Questionnaire
from benchmarks.figures import Figure, milliseconds, percentile

_DAYS, _ROUNDS = 90, 300
_AT_MOST = 0.001


def measure() -> Figure:
    """Judge as a flow does: what is looked back on is chosen from the past, and every rule runs on it."""
    dice = Random(7)
    program = yaml.safe_load((ROOT / "programs" / "advanced-cancer.yaml").read_text())
    asked = Questionnaire.from_mapping(yaml.safe_load((ROOT / "instruments" / "core-daily.yaml").read_text()))
    circumstances = Circumstances([AlertRule.from_mapping(rule) for rule in program["rules"]])
    now, items = datetime.now(UTC), ItemSet(asked.items)
    entries = [
        Entry(
            now - timedelta(days=_DAYS - day), status="completed", check_in="daily", questionnaire=asked.url,
            recall_period=asked.recall_period, items=items,
            answers={item.link_id: dice.randint(0, 5) for item in asked.items},
        )
        for day in range(_DAYS + 1)
    ]  # fmt: skip
    earlier = [Known(entry.authored_at, f"{place:03}", entry) for place, entry in enumerate(entries[:-1])]
    judged = Known(now, "judged", entries[-1])
    samples = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        past = Past(earlier, ()).before_answer(judged, circumstances.rules)
        judge([*past, entries[-1]], circumstances)
        samples.append(time.perf_counter() - started)
    middle = percentile(samples, 50)
    return Figure(
        "B7", "-", f"{len(circumstances.rules)} rules on one response, {_DAYS} days of history",
        f"p50 {middle * 1000:.2f} ms, p99 {percentile(samples, 99) * 1000:.2f} ms", "", "≤ 1 ms", middle <= _AT_MOST,
        {"latency_ms": milliseconds(samples), "rules": len(circumstances.rules)},
    )  # fmt: skip
