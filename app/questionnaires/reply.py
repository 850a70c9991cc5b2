"""What a message said in answer to a question."""

from dataclasses import dataclass
from enum import StrEnum


class ReplyKind(StrEnum):
    """How sure we are: only ``answer`` is ever stored, the other two are asked again."""

    ANSWER = "answer"
    AMBIGUOUS = "ambiguous"
    NOT_AN_ANSWER = "not_an_answer"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as understood.

    ``value`` is the number or the option's value for an answer, else ``None`` (also for an answer in free text).
    ``text`` is the message as it came. ``comment`` is what the person wrote behind the number, if anything.
    """

    kind: ReplyKind
    value: float | int | None = None
    text: str = ""
    comment: str | None = None
