"""Questions that we ask a number beside any check-in: who of several people writes, and where somebody is."""

from collections.abc import Sequence
from datetime import timedelta

from app.db import Session
from app.messaging.models import InboundMessage, SideQuestion
from app.messaging.store import inbox
from app.plain_text import fold

WHO, WHERE = "who", "where"
_OPEN_FOR = {WHO: timedelta(minutes=30), WHERE: timedelta(hours=12)}
_SPEAKS_FOR = timedelta(minutes=30)
"""How long a person who said who they are need not say it again."""


def ask_beside(session: Session, inbound: InboundMessage, kind: str, choices: Sequence[object] = ()) -> SideQuestion:
    """Note that a number was asked something; its answer is found by ``find_question``."""
    question = SideQuestion(
        site_id=inbound.site_id, number_index=inbound.sender_index, kind=kind, choices=list(choices), chosen=None,
        inbound_id=inbound.id, asked_at=inbound.received_at, expires_at=inbound.received_at + _OPEN_FOR[kind],
        settled_at=None,
    )  # fmt: skip
    session.add(question)
    return question


def find_question(session: Session, inbound: InboundMessage, kind: str) -> SideQuestion | None:
    """The last question of a kind that this number was asked, if it still waits or was settled a moment ago."""
    question = inbox.find_side_question(session, number_index=inbound.sender_index, kind=kind)
    if question is None:
        return None
    if question.settled_at is None:
        return question if question.expires_at > inbound.received_at else None
    return question if inbound.received_at - question.settled_at < _SPEAKS_FOR else None


def read_choice(text: str, names: Sequence[str]) -> int | None:
    """Which of some names a text chooses, by its number ("2") or by itself ("Rosa", "2 Rosa"); from 0 on."""
    said = [word for word in _words(text) if word not in _FILLERS]
    wanted = [_words(name) for name in names]
    by_number = {int(word) - 1 for word in said if word.isdecimal() and len(word) < 3}
    rest = [word for word in said if not word.isdecimal()]
    by_name = {place for place, name in enumerate(wanted) if rest and rest == name}
    if (rest and not by_name) or len(by_name) > 1 or len(by_number) > 1:
        return None
    chosen = by_name & by_number if by_name and by_number else by_name | by_number
    if len(chosen) != 1:
        return None
    place = chosen.pop()
    return place if 0 <= place < len(names) else None


_FILLERS = frozenset({"it's", "its", "it", "is", "this", "i'm", "im", "i", "am", "soy", "es", "here", "انا"})


def _words(text: str) -> list[str]:
    return fold(text[:200]).replace(".", " ").replace(",", " ").replace("!", " ").replace(":", " ").split()
