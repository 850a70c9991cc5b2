"""Reads the messages as they are sent: quickly, at every start. ``content check`` looks at them closely."""

from collections.abc import Mapping
from pathlib import Path

from app.content.problems import ContentInvalid, Problem
from app.messaging.templates import TEMPLATES

FOLDER = "sms_templates"
_FALLBACK = "en"


def load_templates(root: Path) -> Mapping[str, Mapping[str, str]]:
    """The template text by language and message name, from ``sms_templates/<language>/<message>.txt`` under ``root``.

    Raises ``ContentInvalid`` when an English message is missing: it is what every other language falls back to.
    """
    folders = sorted(path for path in (root / FOLDER).glob("*") if path.is_dir())
    sources = {
        folder.name: {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}
        for folder in folders
    }
    missing = sorted(set(TEMPLATES) - set(sources.get(_FALLBACK, {})))
    if missing:
        file = f"{FOLDER}/{_FALLBACK}"
        raise ContentInvalid([Problem(f"{file}/{name}.txt", 1, "This message is missing.") for name in missing])
    return sources
