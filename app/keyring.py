"""Field encryption and blind indexes: AES-GCM bound to its table, column and row; HMAC look-ups with their own keys.

A sealed value is ``version (1 byte) | key id (4) | nonce (12) | ciphertext and tag``. The first key seals, every key
opens, so that a key can be rotated while the service runs.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.ids import new_nonce

PHONE = "phone"
"""The purpose of every look-up hash of a telephone number: a text finds patients, helpers and staff by the same one."""
_VERSION = b"\x01"
_HEADER = 17


class CannotOpen(Exception):
    """No key opens a sealed value, or it was moved from the place it was sealed for."""


class Keyring:
    """Seals and opens personal text, and makes look-up hashes.

    ``field_keys`` and ``index_keys`` are secrets of at least 32 characters each; the first of a list is in use, the
    others still open what they sealed.
    """

    def __init__(self, field_keys: Sequence[str], index_keys: Sequence[str]) -> None:
        self._ciphers = {_key_id(secret): AESGCM(_derive(secret, b"bedside field")) for secret in field_keys}
        self._sealing_id = _key_id(field_keys[0])
        self._index_keys = [_derive(secret, b"bedside index") for secret in index_keys]

    def seal(self, text: str, where: str) -> bytes:
        """Encrypt ``text`` for the place ``where`` (``table.column.row``)."""
        nonce = new_nonce()
        sealed = self._ciphers[self._sealing_id].encrypt(nonce, text.encode("utf-8", "surrogatepass"), where.encode())
        return _VERSION + self._sealing_id + nonce + sealed

    def open(self, sealed: bytes, where: str) -> str:
        """Decrypt what was sealed for ``where``; raises ``CannotOpen`` for another place or an unknown key."""
        cipher = self._ciphers.get(sealed[1:5])
        if sealed[:1] != _VERSION or cipher is None:
            raise CannotOpen("sealed with a key that is not in FIELD_KEYS")
        try:
            return cipher.decrypt(sealed[5:_HEADER], sealed[_HEADER:], where.encode()).decode("utf-8", "surrogatepass")
        except InvalidTag:
            raise CannotOpen("altered, or moved from the place it was sealed for") from None

    def sealed_with_first(self, sealed: bytes) -> bool:
        """Tell whether a sealed value already uses the key in use."""
        return sealed[1:5] == self._sealing_id

    def index(self, purpose: str, value: str) -> str:
        """The look-up hash of ``value`` under the key in use: 32 hexadecimal digits. ``purpose`` keeps kinds apart."""
        return _hash(self._index_keys[0], purpose, value)

    def indexes(self, purpose: str, value: str) -> list[str]:
        """The look-up hashes of ``value`` under every key, for finding rows that are not re-indexed yet."""
        return [_hash(key, purpose, value) for key in self._index_keys]


def fold(text: str) -> str:
    """Fold case and accents away, so that "José" finds "jose"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()


def hash_token(token: str) -> str:
    """SHA-256 of a random secret of 128 bits or more: what is stored of link tokens, sessions and API tokens."""
    return hashlib.sha256(token.encode()).hexdigest()


def _derive(secret: str, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret.encode())


def _key_id(secret: str) -> bytes:
    return hashlib.sha256(b"bedside key id" + secret.encode()).digest()[:4]


def _hash(key: bytes, purpose: str, value: str) -> str:
    return hmac.new(key, f"{purpose}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
