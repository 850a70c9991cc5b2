"""What is wrong in a content file, said so that its author can find it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import BedsideError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: ``file`` is relative to the content root, ``line`` counts from 1 (the file as a whole is line 1)."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ContentInvalid(BedsideError):
    """Content that must not be used. ``problems`` holds every mistake found, sorted by file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: list[Problem] = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
