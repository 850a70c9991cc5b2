"""The one place that draws random values: row ids, link tokens, secrets."""

import secrets
from base64 import b32encode
from random import Random

_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")


def new_id() -> str:
    """An opaque row id: 24 characters of Crockford's base 32, 120 random bits."""
    return b32encode(secrets.token_bytes(15)).translate(_CROCKFORD).decode()


def new_token() -> str:
    """A secret for a link, a session or an API client: 22 URL-safe characters, 128 random bits or more."""
    return secrets.token_urlsafe(17)[:22]


def new_secret() -> str:
    """A secret long enough to derive keys from: 43 URL-safe characters, 256 random bits."""
    return secrets.token_urlsafe(32)


def new_nonce() -> bytes:
    """Twelve random bytes: a nonce for AES-GCM."""
    return secrets.token_bytes(12)


class Dice(Random):
    """Chance that comes out the same again for the same name, such as ``Dice("7:ana")``: for made-up people only."""
