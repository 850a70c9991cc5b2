"""The entries of an instrument in order: questions, and the groups and displays around them."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.content.documents import Place
from app.content.fields import entries

SHOWN_ONLY = ("group", "display")
"""Types of entries that ask nothing."""

Entry = tuple[Place, Mapping[str, Any]]
"""Where an entry stands in the file, and what it says."""


def everything(items: Any, at: Place = ("items",)) -> Iterator[Entry]:
    """Every entry, those inside groups and beneath questions right behind what they are inside of."""
    for index, entry in entries(items):
        yield (*at, index), entry
        yield from everything(entry.get("items"), (*at, index, "items"))


def questions_of(instrument: Mapping[str, Any]) -> list[Entry]:
    """The entries that ask something."""
    return [(at, entry) for at, entry in everything(instrument.get("items")) if entry.get("type") not in SHOWN_ONLY]
