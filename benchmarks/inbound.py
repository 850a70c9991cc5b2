"""B1: signed answers by text handled a second, end to end, beside a handler that does the least a webhook can do.

End to end is: signature checked, text stored, patient found and locked, answer read and saved, rules judged, alert and
page where it is red, the next question in the outbox, commit. Patients answer their whole check-in, most mildly; each
twentieth has severe pain. Nothing may be lost: what was answered with 200 is counted in the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.workflows.issue_checkins import issue_due_checkins
from benchmarks.client import Sent, send_all, signed_text
from benchmarks.clinic import Asked, Clinic
from benchmarks.figures import Figure, latency, milliseconds
from benchmarks.processes import Process, serving

CALLERS = 16
_MILD = ("2 1 3", "1 2", "0 2 1", "1 2", "2")
_RED = ("8 2 3", "1 2", "0 2 1", "1 2", "2", "2")
_SEVERE_EACH = 20
_STEADY_AT_MOST = 200.0
_ANSWERS_EACH = len(_MILD) + (len(_RED) - len(_MILD)) / _SEVERE_EACH
_ROUNDS = 3
_FULL, _BARE = "/webhooks/twilio/sms", "/bare/sms"

Queues = list[list[bytes]]


@dataclass(slots=True)
class Load:
    """What one kind of request came to; ``memory`` is that of each web process in MB, before and after."""

    sent: Sent
    wall: float
    cpu: float
    memory: list[tuple[float, float]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.sent.seconds) / self.wall

    @property
    def cpu_each(self) -> float:
        """Milliseconds of the web processes' CPU a request."""
        return self.cpu / len(self.sent.seconds) * 1000


def measure(
    clinic: Clinic, database: str, seconds: float, steady_seconds: float, rate: float | None = None
) -> list[Figure]:
    """Measure at the full rate for about ``seconds``, then at a steady one for ``steady_seconds``.

    ``rate`` is the steady one, in answers a second; without it 200, or what this machine takes without a queue.
    """
    with serving(clinic.environ, webs=1 if database == "sqlite" else 2) as webs:
        _load(webs, _bare_queues(320))  # warm: connections, templates, caches
        warm, _ = _load_answers(clinic, webs, people=64)
        people = max(64, int(warm.rate * seconds / len(_MILD) / _ROUNDS))
        full, bare, answers = Load(Sent(), 0, 0), Load(Sent(), 0, 0), 0
        for _ in range(_ROUNDS):  # in turns, so that a busy moment of the machine hits both
            load, sent = _load_answers(clinic, webs, people)
            _add(full, load)
            answers += sent
            _add(bare, _load(webs, _bare_queues(int(len(load.sent.seconds) * 1.5))))
        steady_rate = rate or min(_STEADY_AT_MOST, 0.7 * full.rate)
        people = max(32, int(steady_rate * steady_seconds / _ANSWERS_EACH))
        steady, _ = _load_answers(clinic, webs, people, steady_rate)
    lost = _lost(clinic, full.sent, steady.sent, warm.sent)
    return _figures(database, full, bare, steady, steady_rate, lost)


def _load_answers(clinic: Clinic, webs: Sequence[Process], people: int, rate: float | None = None) -> tuple[Load, int]:
    asked = clinic.add_patients(people)
    clinic.make_due(asked)
    while issue_due_checkins(clinic.service):
        pass
    queues = _answer_queues(asked)
    return _load(webs, queues, rate), sum(map(len, queues))


def _answer_queues(people: Sequence[Asked]) -> Queues:
    """For each caller its patients' answers: everybody's first, then everybody's second, and so on."""
    queues: Queues = []
    for number in range(CALLERS):
        mine = people[number::CALLERS]
        replies = [_RED if (number + i * CALLERS) % _SEVERE_EACH == 0 else _MILD for i in range(len(mine))]
        queues.append(
            [
                signed_text(_FULL, person.phone, said[turn])
                for turn in range(max(map(len, (_MILD, _RED))))
                for person, said in zip(mine, replies, strict=True)
                if turn < len(said)
            ]
        )
    return queues


def _bare_queues(count: int) -> Queues:
    return [
        [signed_text(_BARE, f"+1555{9_000_000 + n}", "2 1 3") for n in range(count // CALLERS)] for _ in range(CALLERS)
    ]


def _load(webs: Sequence[Process], queues: Queues, rate: float | None = None) -> Load:
    cpu, memory = sum(web.cpu_seconds() for web in webs), [web.memory() for web in webs]
    sent, wall = send_all([web.port for web in webs], queues, rate)
    cpu = sum(web.cpu_seconds() for web in webs) - cpu
    return Load(sent, wall, cpu, [(before, web.memory()) for before, web in zip(memory, webs, strict=True)])


def _add(total: Load, load: Load) -> None:
    total.sent.seconds += load.sent.seconds
    total.sent.failed += load.sent.failed
    total.wall, total.cpu = total.wall + load.wall, total.cpu + load.cpu


def _lost(clinic: Clinic, *sent: Sent) -> int:
    """Answers that were sent and are not in the database as understood, each with its reply in the outbox."""
    expected = sum(len(part.seconds) for part in sent)
    return expected - min(clinic.count_inbound("answer"), clinic.count_outbound("reply"))


def _figures(database: str, full: Load, bare: Load, steady: Load, steady_rate: float, lost: int) -> list[Figure]:
    ratio = full.rate / bare.rate
    p99 = milliseconds(steady.sent.seconds)["p99"]
    failed = full.sent.failed + steady.sent.failed
    memory = ", ".join(f"{before:.0f} → {after:.0f}" for before, after in steady.memory)
    raw = {
        name: {"per_second": load.rate, "cpu_ms_each": load.cpu_each, "latency_ms": milliseconds(load.sent.seconds)}
        for name, load in (("full", full), ("bare", bare), ("steady", steady))
    }
    return [
        Figure(
            "B1", database, f"answers a second, {CALLERS} callers",
            f"{full.rate:,.0f}/s ({ratio:.2f}), {full.cpu_each:.2f} ms of CPU each, {latency(full.sent.seconds)}",
            f"bare handler {bare.rate:,.0f}/s, {bare.cpu_each:.2f} ms", "≥ 0.3 of it", ratio >= 0.3,
            {"ratio": ratio, **raw},
        ),
        Figure(
            "B1", database, f"answers at a steady {steady_rate:,.0f}/s for {steady.wall:,.0f} s",
            f"{latency(steady.sent.seconds)}, {lost} lost, {failed} refused; web {memory} MB", "",
            "p99 ≤ 500 ms, 0 lost", p99 <= 500 and lost == 0 and failed == 0,
            {"rate": steady_rate, "seconds": steady.wall, "lost": lost, "failed": failed, "memory_mb": steady.memory,
             "latency_ms": milliseconds(steady.sent.seconds)},
        ),
    ]  # fmt: skip
