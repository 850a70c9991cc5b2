"""A copy of the shipped content that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from app.content.loader import load
from app.content.problems import ContentInvalid, Problem

ROOT = Path(__file__).parents[3]


class Content:
    """A content root to edit: says which line it changed, and what loading then complains about."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def replace(self, file: str, old: str, new: str) -> int:
        """Replace the first ``old`` in ``file``; the number of the line on which it stood."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def write(self, file: str, text: str) -> None:
        (self.root / file).parent.mkdir(parents=True, exist_ok=True)
        (self.root / file).write_text(text, encoding="utf-8")

    def problems(self) -> list[Problem]:
        try:
            load(self.root)
        except ContentInvalid as refused:
            return refused.problems
        return []


@pytest.fixture
def content(tmp_path: Path) -> Content:
    for folder in ("instruments", "programs", "sms_templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return Content(tmp_path)
