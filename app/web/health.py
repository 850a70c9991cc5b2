"""What orchestrators and Prometheus ask."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Lock

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from app.metrics import REGISTRY
from app.reports.metrics import Figures, read_figures
from app.web.access import public
from app.web.context import service
from app.workflows.check_ready import can_store, stage_ages

health = Blueprint("health", __name__)

_KEPT_SECONDS = 5.0
_PAGE_BUCKETS = (1, 2, 5, 10, 30, 60, 120, 300, 900, 3600)
_TAKEN_BUCKETS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 86400)


@health.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process lives."""
    return _plain("ok")


@health.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """503 only when this process cannot store an inbound message; a stalled worker takes no web process out."""
    ready = can_store(service())
    status = 200 if ready else 503
    if "full" not in request.args:
        return _plain("ok" if ready else "cannot store", status)
    ages = {stage: age.total_seconds() for stage, age in stage_ages(service()).items()} if ready else {}
    return jsonify(
        {"ready": ready, "stages": {stage: {"age_seconds": round(age, 3)} for stage, age in ages.items()}}
    ), status


@health.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """This process's own metrics and the service's figures, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(_cached_figures()))
    return Response(generate_latest(REGISTRY) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _plain(text: str, status: int = 200) -> ResponseReturnValue:
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")


class _Cache:
    """The figures last read: however often somebody asks, the database counts once in five seconds."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.read_at = float("-inf")
        self.figures: Figures | None = None


def _cached_figures() -> Figures:
    cache: _Cache = current_app.extensions.setdefault("bedside_figures", _Cache())
    clock = service().clock
    with cache.lock:
        if cache.figures is None or clock.elapsed() - cache.read_at >= _KEPT_SECONDS:
            cache.figures, cache.read_at = read_figures(service().db, now=clock.now()), clock.elapsed()
        return cache.figures


class _Collector:
    """The figures as metrics."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        """Every metric that is counted in the database."""
        figures = self.figures
        yield _counter(
            "bedside_inbound", "Texts that came in, by what was done with them.", ["result"], figures.inbound
        )
        # A text, or a check-in, moves from one status to the next: such a figure also falls, so it is no counter.
        yield _gauge(
            "bedside_outbound_total", "Texts out, by kind and the last status known.", ["kind", "status"],
            figures.outbound,
        )  # fmt: skip
        yield _gauge("bedside_outbox_pending", "Texts waiting to leave.", ["priority"], figures.pending)
        oldest = GaugeMetricFamily("bedside_outbox_oldest_seconds", "How long the text that waits longest is overdue.")
        oldest.add_metric([], figures.oldest_pending_seconds)
        yield oldest
        resting = figures.resting_senders
        yield _gauge("bedside_senders_resting", "Senders that the provider refuses, by its error.", ["code"], resting)
        yield _gauge("bedside_checkins_total", "Check-ins, by what became of them.", ["status"], figures.checkins)
        yield _gauge("bedside_alerts_open", "Alerts that are not resolved.", ["tier"], figures.open_alerts)
        yield _gauge(
            "bedside_alerts_unanswered", "Alerts that nobody took, so that the fallback contact is told.", ["tier"],
            figures.unanswered_alerts,
        )  # fmt: skip
        yield _histogram(
            "bedside_alert_to_page_seconds", "From an alert to its first page handed over.",
            _PAGE_BUCKETS, figures.to_page_seconds,
        )  # fmt: skip
        yield _histogram(
            "bedside_alert_to_ack_seconds", "From an alert to the first person who took it.",
            _TAKEN_BUCKETS, figures.to_acknowledge_seconds,
        )  # fmt: skip
        stages: dict[tuple[str, ...], float] = {(stage,): at for stage, at in figures.stages.items()}
        yield _gauge("bedside_stage_progress_timestamp", "When each stage last finished a round.", ["stage"], stages)


def _counter(name: str, said: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float]) -> Metric:
    family = CounterMetricFamily(name, said, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family


def _gauge(name: str, said: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family


def _histogram(name: str, said: str, bounds: Sequence[float], seconds: Iterable[float]) -> Metric:
    values = list(seconds)
    buckets = [(str(float(bound)), sum(value <= bound for value in values)) for bound in bounds]
    family = HistogramMetricFamily(name, said)
    family.add_metric([], [*buckets, ("+Inf", len(values))], sum_value=sum(values))
    return family
