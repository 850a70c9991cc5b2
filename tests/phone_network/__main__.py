"""Run the network by hand: ``python -m tests.phone_network --port 4010 --webhook URL --token TOKEN``."""

import argparse
import signal
import threading
from pathlib import Path

from tests.phone_network.network import PhoneNetwork


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.phone_network", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4010, help="0 takes a free one")
    parser.add_argument("--webhook", help="where inbound texts go, such as http://127.0.0.1:8000/webhooks/twilio/sms")
    parser.add_argument("--account", default="AC" + "a" * 32, help="account sid")
    parser.add_argument("--token", default="token-of-the-phone-network", help="auth token; also signs webhooks")
    parser.add_argument("--number", action="append", default=[], help="a sender that exists; default: any")
    parser.add_argument("--mps", type=float, help="segments a second for each sender; default: no limit")
    parser.add_argument("--ledger", type=Path, help="file for one JSON object a line")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Serve until interrupted."""
    given = _arguments()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    network = PhoneNetwork(
        webhook_url=given.webhook,
        account_sid=given.account,
        auth_token=given.token,
        numbers=given.number,
        mps=given.mps,
        ledger=given.ledger,
        seed=given.seed,
        host=given.host,
        port=given.port,
    )
    with network:
        print(f"Phone network with a page of handsets: {network.url}", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
