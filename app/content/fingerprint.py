"""Tells whether two definitions are the same, whatever the order of their keys or the layout of their files."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(definition: Mapping[str, Any]) -> str:
    """The definition as JSON in one fixed form: keys sorted, no blanks, letters as they are."""
    return json.dumps(_plain(definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def fingerprint(definition: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form, in hexadecimal.

    A published version never changes: the same version with another fingerprint is refused when publishing.
    """
    return hashlib.sha256(canonical(definition).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(below) for below in value]
    return value
