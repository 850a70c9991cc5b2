"""What the worker does, in order: each tick looks for work that is due and leaves the rest to the next."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from app.logs import get_logger
from app.messaging.gateway import Gateway, WayOut
from app.workflows.close_windows import close_windows
from app.workflows.deliver_outbox import deliver_outbox, settle_unknown
from app.workflows.escalate_alerts import escalate_alerts, sweep_alerts
from app.workflows.fly_canary import canary_is_missing, fly_canary
from app.workflows.issue_checkins import issue_due_checkins
from app.workflows.mail_staff import mail_pages_not_taken
from app.workflows.note_progress import note_progress, stalled_stages
from app.workflows.poll_statuses import poll_statuses
from app.workflows.queue_text import EMAIL, PATIENTS, STAFF
from app.workflows.reassess import reassess
from app.workflows.reconcile_inbound import reconcile_inbound
from app.workflows.reconfirm_numbers import reconfirm_numbers
from app.workflows.service import Service
from app.workflows.shared_number import expire_questions
from app.workflows.tidy import tidy
from app.workflows.watch_cover import watch_cover

log = get_logger()

SENDERS, PAGERS, MAILERS = 8, 2, 8
_ROUNDS = 1000
_STAMP_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Tick:
    """One stage of the worker; ``run`` returns how much it did. ``every`` is in polls: 1 is each poll.

    ``at_start`` does it once more as the worker starts: it may have been away for hours.
    """

    stage: str
    run: Callable[[], int]
    every: int = 1
    at_start: bool = False


class Ticks:
    """The ticks of one worker process. Pages to staff have threads of their own: no check-in is ever ahead of one."""

    def __init__(
        self,
        service: Service,
        gateway: Gateway,
        worker: str,
        heartbeat: Callable[[], None] | None = None,
        email: WayOut | None = None,
    ) -> None:
        self._service, self._gateway, self._worker = service, gateway, worker
        self._stopping = threading.Event()
        self._stamped: dict[str, float] = {}
        self._pool = ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="send")
        self._pagers = ThreadPoolExecutor(max_workers=PAGERS, thread_name_prefix="page")
        self._mailers = ThreadPoolExecutor(max_workers=MAILERS, thread_name_prefix="mail")
        self._page = Tick("page", lambda: deliver_outbox(service, gateway, self._pagers, (STAFF,)))
        self._deliver = Tick("deliver", lambda: deliver_outbox(service, gateway, self._pool, (PATIENTS,)))
        self.all: tuple[Tick, ...] = (
            Tick("escalate", lambda: escalate_alerts(service)),
            self._page,
            self._deliver,
            Tick("issue", lambda: issue_due_checkins(service)),
            Tick("close", lambda: close_windows(service)),
            Tick("reassess", lambda: reassess(service), every=5),
            Tick("expire", lambda: expire_questions(service), every=15),
            Tick("settle", lambda: settle_unknown(service, gateway, self._stopping.is_set), every=5),
            Tick("poll", lambda: poll_statuses(service, gateway), every=15),
            Tick("reconcile", lambda: reconcile_inbound(service, gateway), every=120, at_start=True),
            Tick("reconfirm", lambda: reconfirm_numbers(service), every=900, at_start=True),
            Tick("tidy", lambda: tidy(service), every=600, at_start=True),
            Tick("sweep", lambda: sweep_alerts(service), every=30),
            Tick("cover", lambda: watch_cover(service), every=120, at_start=True),
        )
        if email is not None:
            self.all += (Tick("email", lambda: self._mail(email)),)
        if service.settings.canary_minutes:
            self.all += (Tick("canary", lambda: fly_canary(service), every=30),)
        if heartbeat is not None:
            self.all += (Tick("heartbeat", lambda: self._beat(heartbeat), every=30),)

    def run(self, tick: Tick) -> int:
        """Run one tick until it finds nothing more to do, and stamp its progress. Never raises: the next poll tries."""
        done = 0
        try:
            for _ in range(_ROUNDS):
                if self._stopping.is_set():
                    break
                count = tick.run()
                done += count
                if count == 0:
                    break
                self._stamp(tick.stage)  # a long queue is progress, not silence
            self._stamp(tick.stage)
        except Exception:
            log.error("tick_failed", stage=tick.stage, exc_info=True)
        return done

    def _stamp(self, stage: str) -> None:
        """Note progress, but not at every poll: each note is a write that the answers have to wait for."""
        now = self._service.clock.elapsed()
        if now - self._stamped.get(stage, -_STAMP_EVERY) >= _STAMP_EVERY:
            note_progress(self._service, stage=stage, worker=self._worker)
            self._stamped[stage] = now

    def run_due(self) -> int:
        """Do all the work that is due now, also what follows from it; returns how much was done."""
        total = 0
        for _ in range(_ROUNDS):
            done = sum(self.run(tick) for tick in self.all)
            total += done
            if done == 0:
                break
        return total

    def page_now(self) -> None:
        """Send the pages that wait, at once: called when a transaction has rung the bell."""
        self.run(self._page)

    def deliver_now(self) -> None:
        """Send the other texts that wait, the most urgent first; however many there are, no page waits for them."""
        self.run(self._deliver)

    def stop(self) -> None:
        """Begin nothing more, however much is due: whoever ends a worker does not wait for its whole queue."""
        self._stopping.set()

    def close(self) -> None:
        """Finish the calls that are under way."""
        self._pagers.shutdown(wait=True)
        self._pool.shutdown(wait=True)
        self._mailers.shutdown(wait=True)

    def _mail(self, email: WayOut) -> int:
        """Copy to e-mail the pages that do not leave, and send what e-mail waits."""
        return mail_pages_not_taken(self._service) + deliver_outbox(self._service, email, self._mailers, (EMAIL,))

    def _beat(self, heartbeat: Callable[[], None]) -> int:
        """Tell the outside that we live, but only if every stage has finished a round lately and texts come through."""
        stalled = stalled_stages(self._service, [tick.stage for tick in self.all if tick.stage != "heartbeat"])
        if canary_is_missing(self._service):
            stalled.append("canary")
        if stalled:
            log.error("stages_stalled", problem=", ".join(stalled))
        else:
            heartbeat()
        return 0
