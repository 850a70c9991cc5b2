"""Checks one program by itself, as it is proposed: against the instruments that are there, and not yet among them."""

from pathlib import Path
from typing import Any

from app.content.documents import Document, parse_document, read_document
from app.content.problems import ContentInvalid, Problem
from app.content.programs import program_findings


def check_program(root: Path, text: str, file: str) -> dict[str, Any]:
    """The program in ``text``, which is called ``file``; ``root`` holds the ``instruments/`` that it may ask.

    Raises ``ContentInvalid`` with every problem found, each with its line.
    """
    document = parse_document(text, file)
    if isinstance(document, Problem):
        raise ContentInvalid([document])
    instruments = {name: one.data for name, one in _instruments(root).items()}
    # A proposal may lie anywhere and be called anything: only the name inside counts.
    found = program_findings(document.data, str(document.data.get("name")), instruments)
    problems = [document.problem(place, message) for place, message in found]
    if problems:
        raise ContentInvalid(problems)
    data: dict[str, Any] = document.data
    return data


def read_instruments(root: Path) -> dict[str, dict[str, Any]]:
    """Every readable instrument under ``root``, by name, unchecked."""
    return {name: document.data for name, document in _instruments(root).items()}


def _instruments(root: Path) -> dict[str, Document]:
    documents = {path.stem: read_document(root, f"instruments/{path.name}") for path in _files(root)}
    return {name: document for name, document in documents.items() if isinstance(document, Document)}


def _files(root: Path) -> list[Path]:
    return sorted((root / "instruments").glob("*.yaml"))
