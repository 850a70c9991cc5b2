"""What the worker does, in order: each tick looks for work that is due and leaves the rest to the next."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from app.logs import get_logger
from app.messaging.gateway import Gateway
from app.workflows.close_windows import close_windows
from app.workflows.deliver_outbox import deliver_outbox, settle_unknown
from app.workflows.escalate_alerts import escalate_alerts, sweep_alerts
from app.workflows.issue_checkins import issue_due_checkins
from app.workflows.note_progress import note_progress, stalled_stages
from app.workflows.service import Service
from app.workflows.tidy import tidy

log = get_logger()

SENDERS = 8
_ROUNDS = 1000
_STAMP_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Tick:
    """One stage of the worker; ``run`` returns how much it did. ``every`` is in polls: 1 is each poll."""

    stage: str
    run: Callable[[], int]
    every: int = 1


class Ticks:
    """The ticks of one worker process, over one pool of sending threads."""

    def __init__(
        self, service: Service, gateway: Gateway, worker: str, heartbeat: Callable[[], None] | None = None
    ) -> None:
        self._service, self._gateway, self._worker = service, gateway, worker
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="send")
        self.all: tuple[Tick, ...] = (
            Tick("escalate", lambda: escalate_alerts(service)),
            Tick("deliver", self._deliver),
            Tick("issue", lambda: issue_due_checkins(service)),
            Tick("close", lambda: close_windows(service)),
            Tick("settle", lambda: settle_unknown(service, gateway), every=5),
            Tick("tidy", lambda: tidy(service), every=600),
            Tick("sweep", lambda: sweep_alerts(service), every=30),
        )
        if heartbeat is not None:
            self.all += (Tick("heartbeat", lambda: self._beat(heartbeat), every=30),)

    def run(self, tick: Tick) -> int:
        """Run one tick until it finds nothing more to do, and stamp its progress. Never raises: the next poll tries."""
        done, clock = 0, self._service.clock
        stamped = clock.elapsed()
        try:
            for _ in range(_ROUNDS):
                if self._stopping.is_set():
                    break
                count = tick.run()
                done += count
                if count == 0:
                    break
                if clock.elapsed() - stamped > _STAMP_EVERY:  # a long queue is progress, not silence
                    note_progress(self._service, stage=tick.stage, worker=self._worker)
                    stamped = clock.elapsed()
            note_progress(self._service, stage=tick.stage, worker=self._worker)
        except Exception:
            log.error("tick_failed", stage=tick.stage, exc_info=True)
        return done

    def run_due(self) -> int:
        """Do all the work that is due now, also what follows from it; returns how much was done."""
        total = 0
        for _ in range(_ROUNDS):
            done = sum(self.run(tick) for tick in self.all)
            total += done
            if done == 0:
                break
        return total

    def deliver_now(self) -> None:
        """Send what waits, at once: called when a transaction has rung the bell."""
        self.run(self.all[0])
        self.run(self.all[1])

    def stop(self) -> None:
        """Begin nothing more, however much is due: whoever ends a worker does not wait for its whole queue."""
        self._stopping.set()

    def close(self) -> None:
        """Finish the calls that are under way."""
        self._pool.shutdown(wait=True)

    def _beat(self, heartbeat: Callable[[], None]) -> int:
        """Tell the outside that we live, but only if every stage has finished a round lately."""
        stalled = stalled_stages(self._service, [tick.stage for tick in self.all if tick.stage != "heartbeat"])
        if stalled:
            log.error("stages_stalled", problem=", ".join(stalled))
        else:
            heartbeat()
        return 0

    def _deliver(self) -> int:
        return deliver_outbox(self._service, self._gateway, self._pool)
