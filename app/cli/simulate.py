"""``simulate``: be a phone in the terminal, against the real flows and a simulated network."""

import sys
from datetime import UTC, datetime

import click

from app.cli.common import Problems, console, gateway, handled, service, worker
from app.clock import ShiftableClock
from app.errors import Rejected
from app.ids import new_token
from app.patients.contact_point import normalize_phone
from app.reports.outbox import list_texts
from app.workflows.receive_sms import InboundSms, receive_sms
from app.zones import instant


@click.command("simulate")
@click.argument("phone")
@click.option("--at", help='The moment to play at, such as "2026-11-22 10:00", in --zone. Later than now.')
@click.option("--zone", default="UTC", show_default=True, help="IANA name of the zone that --at is in.")
@handled
def simulate(phone: str, at: str | None, zone: str) -> None:
    """Text the service from PHONE, line by line from standard input, and see what the handset gets.

    Needs SMS_GATEWAY=simulated. An empty line only looks for new texts. A line such as “/at 2026-11-22 14:00” sets the
    clock forward.

    Example: flask --app wsgi simulate "+15550100101" --at "2026-11-22 10:00" --zone America/New_York
    """
    if service().settings.sms_gateway != "simulated" or not isinstance(service().clock, ShiftableClock):
        raise Problems(["simulate works only with SMS_GATEWAY=simulated: it would text real people."])
    try:
        number = normalize_phone(phone, "US")
    except Rejected as error:
        raise Problems([f"phone: {error}"]) from None
    if at:
        _set_clock(at, zone)
    seen = {text.id for text in list_texts(service().db, phone=number)} if at is None else set()
    _look(number, seen)
    if sys.stdin.isatty():
        console.print("Type a text and press Enter; Ctrl-D ends.")
    for line in sys.stdin:
        said = line.rstrip("\r\n")
        if said.startswith("/at "):
            _set_clock(said.removeprefix("/at "), zone)
        elif said:
            _text(number, said)
        _look(number, seen)


def _text(number: str, body: str) -> None:
    sms = InboundSms(
        message_sid=f"SM{new_token()}", sender=number, recipient=gateway().senders("patients")[0], body=body
    )
    console.print(f"[bold]> {body}[/bold]")
    receive_sms(service(), sms)


def _look(number: str, seen: set[str]) -> None:
    """Do what is due and print what the handset got since."""
    worker().run_once()
    for text in list_texts(service().db, phone=number):
        if text.received and text.id not in seen:
            console.print(f"{text.at:%d %b %H:%M} UTC", style="dim")
            click.echo("\n".join(f"  {line}" for line in text.body.splitlines()))
        seen.add(text.id)


def _set_clock(at: str, zone: str) -> None:
    clock = service().clock
    assert isinstance(clock, ShiftableClock)
    try:
        moment = instant(datetime.fromisoformat(at.strip()).replace(tzinfo=None), zone)
    except ValueError as error:
        raise Problems([f"--at: {error}"]) from None
    ahead = moment.astimezone(UTC) - clock.now()
    if ahead.total_seconds() < 0:
        raise Problems([f"--at: {at} is past; the clock only moves forward, because what was sent stays sent."])
    clock.advance(ahead)
