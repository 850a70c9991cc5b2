"""Wording by language: FHIR has one language and translations of it beside, an instrument has all side by side."""

from collections.abc import Mapping
from typing import Any

from app.content.fhir.names import TRANSLATION


class Tongues:
    """The languages of one questionnaire: ours by their first part (``es``), the file's by their tag (``es-MX``)."""

    def __init__(self, base: str, tags: Mapping[str, str] | None = None) -> None:
        self.base_tag = base
        self._tags: dict[str, str] = dict(tags or {})
        self.base = self.ours(base)

    def ours(self, tag: str) -> str:
        """Our name of a language; two tags of one language keep their whole names, except the first."""
        short = tag.split("-", maxsplit=1)[0].lower()
        if self._tags.setdefault(short, tag) == tag:
            return short
        self._tags.setdefault(tag, tag)
        return tag

    def tag(self, ours: str) -> str:
        """The file's name of one of our languages."""
        return self._tags.get(ours, ours)

    @property
    def renamed(self) -> dict[str, str]:
        """The languages whose names in the file are not ours."""
        return {ours: tag for ours, tag in self._tags.items() if ours != tag}


def take_texts(element: dict[str, Any], key: str, tongues: Tongues) -> dict[str, str]:
    """Take a wording and its translations out of ``element``; what else is said of the wording stays behind."""
    words = element.pop(key, None)
    if not isinstance(words, str) or not words.strip():
        return {}
    said = {tongues.base: words}
    beside = element.get(f"_{key}")
    if not isinstance(beside, Mapping) or not isinstance(beside.get("extension"), list):
        return said
    others = []
    for extension in beside["extension"]:
        language, content = _translation(extension)
        if language and content and (ours := tongues.ours(language)) not in said:
            said[ours] = content
        else:
            others.append(extension)
    rest = {name: value for name, value in beside.items() if name != "extension"} | (
        {"extension": others} if others else {}
    )
    element.pop(f"_{key}")
    if rest:
        element[f"_{key}"] = rest
    return said


def put_texts(element: dict[str, Any], key: str, texts: Mapping[str, str], tongues: Tongues) -> None:
    """Say a wording in ``element``, its translations beside what else is said of it there."""
    if not texts:
        return
    base = tongues.base if tongues.base in texts else next(iter(texts))
    element[key] = texts[base]
    beside = dict(element.pop(f"_{key}", {}))
    translations = [_extension(tongues.tag(ours), said) for ours, said in texts.items() if ours != base]
    if translations:
        beside["extension"] = [*beside.get("extension", []), *translations]
    if beside:
        element[f"_{key}"] = beside


def _translation(extension: Any) -> tuple[str | None, str | None]:
    if not isinstance(extension, Mapping) or extension.get("url") != TRANSLATION:
        return None, None
    parts = extension.get("extension")
    known = {part.get("url"): part for part in parts if isinstance(part, Mapping)} if isinstance(parts, list) else {}
    if set(known) != {"lang", "content"} or len(parts or ()) != len(known) or set(extension) != {"url", "extension"}:
        return None, None
    language, content = known["lang"].get("valueCode"), known["content"].get("valueString")
    valid = isinstance(language, str) and isinstance(content, str) and bool(content.strip())
    return (language, content) if valid else (None, None)


def _extension(tag: str, words: str) -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": tag}, {"url": "content", "valueString": words}]
    return {"url": TRANSLATION, "extension": parts}
