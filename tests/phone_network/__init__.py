"""A telephone network for tests: behaves like Twilio towards the service and like people's phones towards the test.

In the same process::

    with PhoneNetwork(webhook_url="http://127.0.0.1:8000/webhooks/twilio/sms") as network:
        ana = network.handset("+15550101001")
        ana.text("7")
        ana.expect(containing="Thank you")
        assert network.unexpected() == []

In a process of its own: ``RemotePhoneNetwork.spawn(...)`` or ``python -m tests.phone_network``; the same methods.
"""

from tests.phone_network.control import Handset, RemotePhoneNetwork
from tests.phone_network.network import PhoneNetwork
from tests.phone_network.records import Text

__all__ = ["Handset", "PhoneNetwork", "RemotePhoneNetwork", "Text"]
