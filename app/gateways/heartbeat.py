"""The external dead-man switch: somebody else's server that raises the alarm when we fall silent."""

import http.client
from urllib.parse import urlsplit

from app.errors import DeliveryFailed

_TIMEOUT = 5.0


def beat(url: str) -> None:
    """Call the address once. Raises ``DeliveryFailed`` when it does not answer with 2xx."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    try:
        connection.request("GET", parts.path or "/", headers={"User-Agent": "bedside"})
        status = connection.getresponse().status
    except OSError as error:
        raise DeliveryFailed(f"the heartbeat was not taken ({type(error).__name__})") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise DeliveryFailed(f"the heartbeat was answered with {status}")
