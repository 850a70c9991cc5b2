"""The provider: the tests' phone network in a process of its own. It answers each text after 150 ms.

One text costs it 1 ms of CPU, and it takes some 500 a second on two busy cores: more than is asked of it here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.clinic import ACCOUNT, TOKEN
from tests.phone_network import RemotePhoneNetwork

SECONDS_A_TEXT = 0.15
_FOR_EVER = 10**9


@contextmanager
def listening() -> Iterator[RemotePhoneNetwork]:
    """A network that takes any text at once and says so after ``SECONDS_A_TEXT``; it ends with the block."""
    network = RemotePhoneNetwork.spawn("--account", ACCOUNT, "--token", TOKEN)
    try:
        network.fault("slow", times=_FOR_EVER, seconds=SECONDS_A_TEXT)
        report_nothing(network)
        yield network
    finally:
        network.stop()


def report_nothing(network: RemotePhoneNetwork) -> None:
    """Keep what becomes of texts to itself: no web process listens."""
    network.callbacks(loss=1.0)


def report_fates(network: RemotePhoneNetwork) -> None:
    """Report that each text was sent a second after it was taken, and another second later that it arrived."""
    network.callbacks(delay=1.0)
