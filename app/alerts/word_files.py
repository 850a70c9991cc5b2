"""Reads red-flag words, quickly, when the first text is screened; `content check` is what looks closely."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from app.alerts.lexicon import Lexicon
from app.alerts.word_list import word_list

SHIPPED = Path(__file__).resolve().parents[2] / "red_flags"
"""The lists that come with the service."""

_READER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every value is text: YAML would take "no" for false
_log = logging.getLogger(__name__)
_chosen: list[Path] = []


def use_folder(folder: Path) -> None:
    """Screen with the lists of ``folder`` from now on, in this process, where there is such a folder."""
    _chosen[:] = [folder] if folder.is_dir() else []


def lexicon() -> Lexicon:
    """The lists in use. When those of the clinic cannot be read, the shipped ones serve: somebody has to listen."""
    for folder in _chosen:
        try:
            return read_lexicon(folder)
        except (OSError, ValueError, KeyError, AttributeError, TypeError, yaml.YAMLError):
            _log.exception("red-flag words cannot be read, the shipped ones are used", extra={"folder": str(folder)})
    return read_lexicon(SHIPPED)


@lru_cache(maxsize=8)
def read_lexicon(folder: Path) -> Lexicon:
    """The lists in ``folder``, one ``<language>.yaml`` each. Raises ``ValueError`` for a folder without any."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ValueError(f"{folder} holds no word lists")
    return Lexicon([word_list(file.stem, _read(file)) for file in files])


def _read(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), _READER)  # noqa: S506  (it makes text and nothing else)
