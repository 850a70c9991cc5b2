"""``python -m benchmarks``: run what was asked for, print a table, write ``benchmarks/results.json``.

``--seconds`` is how long each load of B1 lasts, ``--steady`` its steady one, of ``--rate`` answers a second;
``--texts`` how many texts B3 sends for each worker; ``--waiting`` how many check-ins B2 issues and B4 leaves in the
outbox, ``--pages`` how many red answers B4 times, ``--responses`` how many B8 replays. ``BENCH_SCALE=full`` takes
larger ones for what is not given.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import delivering, inbound, issuing, judging, paging, rehearsing
from benchmarks.clinic import Clinic
from benchmarks.databases import opened
from benchmarks.figures import Figure
from benchmarks.provider import listening
from tests.phone_network import RemotePhoneNetwork
from tests.postgres import CannotStart

RESULTS = Path(__file__).with_name("results.json")
_FULL = os.environ.get("BENCH_SCALE") == "full"
_NAMES = ("B1", "B2", "B3", "B4", "B7", "B8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30 if _FULL else 6)
    parser.add_argument("--steady", type=float, help="seconds of B1's steady load; as many as --seconds without it")
    parser.add_argument("--rate", type=float, help="answers a second of it; 200, or 0.7 of the full rate, without it")
    parser.add_argument("--texts", type=int, default=1600 if _FULL else 320)
    parser.add_argument("--waiting", type=int, default=50_000 if _FULL else 10_000)
    parser.add_argument("--pages", type=int, default=300 if _FULL else 40)
    parser.add_argument("--responses", type=int, default=100_000 if _FULL else 20_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--only", choices=_NAMES, action="append", help="one benchmark; may be given several times")
    return parser.parse_args()


def run(given: argparse.Namespace) -> Iterator[Figure]:
    """Each figure as soon as it is known."""
    wanted = set(given.only or _NAMES)
    if "B7" in wanted:
        yield judging.measure()
    for database in given.database or ("sqlite", "postgresql"):
        if wanted - {"B7"}:
            try:
                with opened(database) as url, listening() as network:
                    clinic = Clinic(url, network.url)
                    yield from _on(database, clinic, network, given, wanted)
                    clinic.close()
            except CannotStart as problem:
                yield Figure("-", database, "not measured", str(problem), met=None)


def _on(
    database: str, clinic: Clinic, network: RemotePhoneNetwork, given: argparse.Namespace, wanted: set[str]
) -> Iterator[Figure]:
    """The benchmarks of one database. B2 fills the outbox in which B4's pages then have to pass."""
    together = database == "sqlite"
    if "B1" in wanted:
        yield from inbound.measure(clinic, database, given.seconds, given.steady or given.seconds, given.rate)
    if "B3" in wanted:
        yield from delivering.measure(clinic, network, database, given.texts)
    if "B4" in wanted:
        people = paging.ask(clinic, 2 * (given.pages + 1))
        idle = paging.time_pages(clinic, network, people[::2], together=together)
    if wanted & {"B2", "B4"}:
        figure = issuing.measure(clinic, database, clinic.add_patients(given.waiting))
        if "B2" in wanted:
            yield figure
    if "B4" in wanted:
        before = clinic.count_outbound("invitation", "pending")
        busy = paging.time_pages(clinic, network, people[1::2], together=together)
        yield paging.compare(database, idle, busy, (before, clinic.count_outbound("invitation", "pending")))
    if "B8" in wanted:
        yield rehearsing.measure(clinic, database, given.responses)


def main() -> None:
    """Run, print, write."""
    given, console = _arguments(), Console(width=None if sys.stdout.isatty() else 160)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    table = Table("", "database", "what", "measured", "reference in this run", "target", "", title=machine)
    figures = []
    for figure in run(given):
        figures.append(figure)
        said = {True: "[green]met", False: "[red]missed", None: ""}[figure.met]
        table.add_row(
            figure.benchmark, figure.database, figure.what, figure.measured, figure.reference, figure.target, said
        )
        console.print(f"{figure.benchmark} {figure.database}: {figure.measured}", highlight=False)
    console.print(table)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    result = {"at": at, "machine": machine, "scale": vars(given), "figures": [asdict(figure) for figure in figures]}
    RESULTS.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    console.print(f"Written to {RESULTS}.")


if __name__ == "__main__":
    main()
