"""YAML with line numbers: plain values, and the line on which each of them was written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from app.content.problems import Problem

MAX_FILE_BYTES = 512 * 1024
_MAX_DEPTH = 30

Place = tuple[str | int, ...]
"""Where a value sits in a document: keys and list positions from the top, for example ``("items", 0, "text")``."""


@dataclass(frozen=True, slots=True)
class Document:
    """One loaded file: its name under the content root, its value, and the line of each key and list entry."""

    file: str
    data: Any
    lines: Mapping[Place, int]

    def problem(self, path: Place, message: str) -> Problem:
        """A problem at ``path``, or at the nearest enclosing place that has a line."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Problem(self.file, self.lines.get(known, 1), f"{dotted(path)}: {message}" if path else message)


def dotted(path: Place) -> str:
    """A path as people write it: ``items[0].text.en``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_text(root: Path, file: str) -> str | Problem:
    """The text of ``file`` under ``root``, or what is wrong with it."""
    try:
        raw = (root / file).read_bytes()
    except OSError as error:
        return Problem(file, 1, f"cannot be read: {error.strerror}")
    if len(raw) > MAX_FILE_BYTES:
        return Problem(file, 1, f"larger than {MAX_FILE_BYTES // 1024} KB")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return Problem(file, raw[: error.start].count(b"\n") + 1, "not UTF-8 text: save the file as UTF-8")


def read_document(root: Path, file: str) -> Document | Problem:
    """The YAML document in ``file``, or what is wrong with it."""
    text = read_text(root, file)
    return text if isinstance(text, Problem) else parse_document(text, file)


def parse_document(text: str, file: str) -> Document | Problem:
    """The YAML document in a text that is called ``file``, or what is wrong with it."""
    if len(text.encode()) > MAX_FILE_BYTES:
        return Problem(file, 1, f"larger than {MAX_FILE_BYTES // 1024} KB")
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return Problem(file, 1, "expected keys and values, found something else or nothing")
        lines: dict[Place, int] = {}
        _mark(node, (), lines)
        return Document(file, loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Problem(file, mark.line + 1 if mark else 1, f"not readable as YAML: {error.problem}")
    except yaml.YAMLError as error:
        return Problem(file, 1, f"not readable as YAML: {error}")


class _PlainParser(Reader, Scanner, Parser):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


# The same language either way; the C library, where PyYAML was built with it, is several times faster.
_Events: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else _PlainParser  # type: ignore[attr-defined]


class _Loader(Composer, _Events, SafeConstructor, Resolver):  # type: ignore[misc]
    """YAML as people mean it: ``on``, ``no`` and ``10:00`` are words, not a truth value and a number in base 60.

    YAML 1.1 reads the weekday key ``on:`` as true and the language code ``no`` as false; the core schema of
    YAML 1.2, which this follows, does not. Dates stay text. Anchors (with which one word can stand for a whole
    file) and tags are refused.
    """

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012  (the base declares it so)
    _depth = 0

    def __init__(self, text: str) -> None:
        _Events.__init__(self, text)
        for part in (Composer, SafeConstructor, Resolver):
            part.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _refuse(event, "anchors (& and *) are not used here: write it out")
        if getattr(event, "tag", None) is not None:
            raise _refuse(event, "tags (!) are not used here")
        if self._depth >= _MAX_DEPTH:
            raise _refuse(event, "nested too deeply")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), _first)


def _refuse(where: Any, message: str) -> yaml.composer.ComposerError:
    return yaml.composer.ComposerError(None, None, message, where.start_mark)


def _mark(node: yaml.Node, path: Place, lines: dict[Place, int]) -> None:
    """Note the line of everything below ``node``; refuse a repeated key, of which YAML would silently keep the last."""
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            lines[(*path, index)] = child.start_mark.line + 1
            _mark(child, (*path, index), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                raise _refuse(key, "a key must be a word")
            if (*path, key.value) in lines:
                raise _refuse(key, f"the key {key.value!r} is written twice")
            lines[(*path, key.value)] = key.start_mark.line + 1
            _mark(child, (*path, key.value), lines)
