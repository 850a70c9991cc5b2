"""The worker process: APScheduler as a dumb clock over the ticks, woken early when there is work.

Due times are columns in the database. The scheduler holds only these few intervals, in memory, so that any number of
workers may run, and one that was stopped for an hour loses nothing.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from app.jobs.ticks import Tick, Ticks
from app.logs import get_logger
from app.messaging.gateway import Gateway, WayOut
from app.workflows.service import Service

log = get_logger()

# A stage that is silent for five minutes counts as stalled: none rests longer than this, however slow the poll.
_LONGEST_REST = 120.0


class Worker:
    """Runs the ticks until it is told to stop."""

    def __init__(
        self,
        service: Service,
        gateway: Gateway,
        heartbeat: Callable[[], None] | None = None,
        email: WayOut | None = None,
    ) -> None:
        self._poll = service.settings.worker_poll_seconds
        self._wake = service.wake
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._ticks = Ticks(service, gateway, f"{socket.gethostname()}:{os.getpid()}", heartbeat, email)

    def run_once(self) -> int:
        """Do all work that is due now; returns how much was done."""
        try:
            return self._ticks.run_due()
        finally:
            self._ticks.close()

    def run(self) -> None:
        """Work until ``stop`` is called, then finish what is under way."""
        scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(len(self._ticks.all))},
            # Late is better than never, and once is enough, however many rounds were missed.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        # A round that outlasts its interval is no news: the next one takes up what it left.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        for tick in self._ticks.all:
            self._add(scheduler, tick)
        scheduler.start()
        log.info("worker_started", count=len(self._ticks.all))
        replies = threading.Thread(target=self._deliver_when_woken, name="replies")
        replies.start()
        try:
            while not self._stopping.is_set():
                if self._wake.wait(self._poll):
                    self._woken.set()
                    self._ticks.page_now()
        finally:
            self._stopping.set()
            self._woken.set()
            replies.join()
            scheduler.shutdown(wait=True)
            self._ticks.close()
            self._wake.close()
            log.info("worker_stopped")

    def _deliver_when_woken(self) -> None:
        """Send texts that are no pages in a thread of their own: a long queue of them must not keep a page waiting."""
        while not self._stopping.is_set():
            self._woken.wait()
            self._woken.clear()
            self._ticks.deliver_now()

    def stop(self) -> None:
        """Ask the worker to finish."""
        self._stopping.set()
        self._ticks.stop()
        self._wake.ring()

    def _add(self, scheduler: BackgroundScheduler, tick: Tick) -> None:
        rest = min(self._poll * tick.every, max(self._poll, _LONGEST_REST))
        scheduler.add_job(self._ticks.run, "interval", seconds=rest, args=[tick], id=tick.stage)
        if tick.at_start:
            scheduler.add_job(self._ticks.run, args=[tick], id=f"{tick.stage} at start")
