"""B3: how many texts a second leave by one, two and four workers, with a provider that takes 150 ms for each.

The workers are real processes, started as in production, but with no limit of texts a second for a sender. The texts
are in the outbox before the workers start; the outbox is paused until all of them are at work. The time runs from the
first text at the provider until the last one's answer is in the database.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from app.db import all_sites
from app.messaging.models import OutboundMessage
from app.operations.models import StageProgress
from app.workflows.issue_checkins import issue_due_checkins
from app.workflows.note_progress import pause_outbox
from benchmarks.clinic import Asked, Clinic
from benchmarks.figures import Figure
from benchmarks.processes import Process, working
from benchmarks.provider import report_nothing
from tests.phone_network import RemotePhoneNetwork

WORKERS = {"sqlite": (1,), "postgresql": (1, 2, 4)}
_AT_LEAST = {2: 1.9, 4: 3.5}
_AGENT = "benchmark"
_UP_WITHIN, _SLOWEST = 60.0, 5.0


@dataclass(frozen=True, slots=True)
class Run:
    """What some workers did: texts that the provider took, how many of them again or never, and the seconds."""

    workers: int
    texts: int
    twice: int
    lost: int
    seconds: float
    cpu: float
    busy: float

    @property
    def rate(self) -> float:
        """Texts a second."""
        return (self.texts - self.lost) / self.seconds

    @property
    def cpu_each(self) -> float:
        """Milliseconds of the workers' CPU a text."""
        return self.cpu / self.texts * 1000


def measure(clinic: Clinic, network: RemotePhoneNetwork, database: str, texts: int) -> list[Figure]:
    """Let each number of workers send ``texts`` for every one of them; one figure each."""
    report_nothing(network)
    runs = [_run(clinic, network, workers, texts * workers) for workers in WORKERS[database]]
    return [_figure(database, run, runs[0]) for run in runs]


def _run(clinic: Clinic, network: RemotePhoneNetwork, workers: int, texts: int) -> Run:
    clinic.empty_outbox()
    people = clinic.add_patients(texts)
    clinic.make_due(people)
    while issue_due_checkins(clinic.service):
        pass
    before = clinic.count_outbound("invitation", "handed_over")
    pause_outbox(clinic.service, on=True, agent=_AGENT)
    try:
        with working(clinic.environ, workers) as processes:
            _wait_until_all_work(clinic, processes)
            cpu, machine = _cpu(processes), _Machine()
            pause_outbox(clinic.service, on=False, agent=_AGENT)
            clinic.service.wake.ring()
            _wait_until_handed_over(clinic, before + texts, time.monotonic() + 30 + texts / _SLOWEST)
            cpu, busy = _cpu(processes) - cpu, machine.busy()
    finally:
        pause_outbox(clinic.service, on=False, agent=_AGENT)
    return _counted(clinic, network, people, workers, cpu, busy)


def _counted(
    clinic: Clinic, network: RemotePhoneNetwork, people: Sequence[Asked], workers: int, cpu: float, busy: float
) -> Run:
    numbers = {person.phone for person in people}
    taken = [text for text in network.all_texts() if text.to in numbers]
    copies = Counter(text.to for text in taken)
    with clinic.service.db.reading(all_sites()) as session:
        last = session.scalar(select(func.max(OutboundMessage.handed_over_at)))
    assert last is not None and taken, "no text has left"
    return Run(
        workers=workers, texts=len(people), twice=len(taken) - len(copies), lost=len(numbers - set(copies)),
        seconds=last.timestamp() - min(text.created_at for text in taken), cpu=cpu, busy=busy,
    )  # fmt: skip


def _wait_until_all_work(clinic: Clinic, processes: Sequence[Process]) -> None:
    """Return once each worker has finished a round of some stage, and the effort of starting is over."""
    missing, deadline = {str(process.pid) for process in processes}, time.monotonic() + _UP_WITHIN
    while missing:
        if time.monotonic() > deadline:
            raise RuntimeError("a worker did not start")
        time.sleep(0.05)
        with clinic.service.db.reading(all_sites()) as session:
            missing -= {name.rpartition(":")[2] for name in session.scalars(select(StageProgress.worker))}
    time.sleep(1)


def _wait_until_handed_over(clinic: Clinic, count: int, deadline: float) -> None:
    """Return once so many texts have left, or at the deadline: what is missing is then counted as lost."""
    while clinic.count_outbound("invitation", "handed_over") < count and time.monotonic() < deadline:
        time.sleep(0.25)


def _cpu(processes: Sequence[Process]) -> float:
    return sum(process.cpu_seconds() for process in processes)


class _Machine:
    """The share of the machine's CPU that was used since this was made: a ratio can be no better than the cores."""

    def __init__(self) -> None:
        self._idle, self._all = self._read()

    def busy(self) -> float:
        """From 0 to 1, all cores and all processes together."""
        idle, total = self._read()
        return 1 - (idle - self._idle) / max(1, total - self._all)

    @staticmethod
    def _read() -> tuple[int, int]:
        ticks = [int(field) for field in Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]]
        return ticks[3] + ticks[4], sum(ticks)


def _figure(database: str, run: Run, one: Run) -> Figure:
    ratio, wanted = run.rate / one.rate, _AT_LEAST.get(run.workers)
    said = f"{run.rate:,.0f}/s" + (f" ({ratio:.2f})" if wanted else "")
    plural = "" if run.workers == 1 else "s"
    return Figure(
        "B3", database, f"texts handed over a second, {run.workers} worker{plural}, {run.texts:,} texts",
        f"{said}, {run.cpu_each:.1f} ms of CPU each, {run.twice} twice, {run.lost} lost; machine {run.busy:.0%} busy",
        f"1 worker {one.rate:,.0f}/s" if wanted else "", (f"≥ {wanted} of it, " if wanted else "") + "no duplicate",
        run.twice == 0 and run.lost == 0 and (wanted is None or ratio >= wanted),
        {"workers": run.workers, "texts": run.texts, "per_second": run.rate, "ratio": ratio, "twice": run.twice,
         "lost": run.lost, "cpu_ms_each": run.cpu_each, "machine_busy": run.busy},
    )  # fmt: skip
