"""The stage on which faults are played."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stage import Stage, set_stage


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    """A clinic, a telephone network, and processes that may die at any moment."""
    with set_stage(database_url, tmp_path) as made:
        yield made
