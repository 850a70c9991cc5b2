"""Where the dots and lines of a symptom's chart go. The template draws them; a table says the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.reports.occasions import Point, Series
from app.web.labels import number, sentence
from app.web.times import Times

WIDTH, HEIGHT = 320, 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 26, 310, 10, 108


@dataclass(frozen=True, slots=True)
class Dot:
    """One answer on the chart."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A line across at a round value."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across at a level that answers are held against; ``kind`` is goal or baseline."""

    y: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart ready to draw. ``lines`` stop at gaps; ``gaps`` are where an answer is missing."""

    id: str
    title: str
    who: str
    summary: str
    first: str
    last: str
    grid: tuple[Grid, ...]
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    gaps: tuple[float, ...]
    marks: tuple[Mark, ...]
    rows: tuple[tuple[str, str], ...]


def chart_of(series: Series, times: Times, levels: Mapping[str, float] | None = None) -> Chart:
    """Lay one symptom's answers out in time, oldest on the left, with the ``levels`` they are held against by kind."""
    points = series.points
    start, end = points[0].at, points[-1].at
    span = (end - start).total_seconds()
    top = (
        max([series.high if series.high <= 10 else 0, *(p.value for p in points if p.value is not None)], default=1)
        or 1
    )

    def x(point: Point) -> float:
        share = (point.at - start).total_seconds() / span if span else 0.5
        return round(_LEFT + 8 + share * (_RIGHT - _LEFT - 16), 1)

    def y(value: float) -> float:
        return round(_BOTTOM - (value - series.low) / (top - series.low or 1) * (_BOTTOM - _TOP), 1)

    dots = [Dot(x(p), y(p.value), f"{number(p.value)}, {times.when(p.at)}") for p in points if p.value is not None]
    return Chart(
        id=f"{series.respondent}-{series.link_id}",
        title=sentence(series.label),
        who={"proxy": "seen by caregiver", "caregiver": "caregiver's own"}.get(series.respondent, "own answers"),
        summary=_summary(series, times, levels or {}),
        first=times.day(start),
        last=times.day(end),
        grid=tuple(Grid(y(value), number(value)) for value in (series.low, (series.low + top) / 2, top)),
        lines=tuple(_lines((p.value is not None and f"{x(p)},{y(p.value)}") or "" for p in points)),
        dots=tuple(dots),
        gaps=tuple(x(p) for p in points if p.value is None),
        marks=tuple(
            Mark(y(value), kind, f"{sentence(kind)} {number(value)}")
            for kind, value in (levels or {}).items()
            if series.low <= value <= top
        ),
        rows=tuple(
            (times.when(p.at), number(p.value) if p.value is not None else "no answer") for p in reversed(points)
        ),
    )


def _lines(places: Iterable[str]) -> Iterable[str]:
    """The runs of places between gaps, as SVG point lists; a lone place needs no line."""
    run: list[str] = []
    for place in [*places, ""]:
        if place:
            run.append(place)
            continue
        if len(run) > 1:
            yield " ".join(run)
        run = []


def _summary(series: Series, times: Times, levels: Mapping[str, float]) -> str:
    said = [_answers(series, times), *(f"{sentence(kind)} {number(value)}." for kind, value in levels.items())]
    return " ".join(said)


def _answers(series: Series, times: Times) -> str:
    given = [point for point in series.points if point.value is not None]
    if not given:
        return "No answer yet."
    last, values = given[-1], [point.value for point in given if point.value is not None]
    missing = len(series.points) - len(given)
    said = f"Last {number(last.value)} on {times.day(last.at)}; from {number(min(values))} to {number(max(values))}"
    return f"{said} in {len(values)} answers" + (f", {missing} without an answer." if missing else ".")
