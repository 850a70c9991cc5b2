"""From a JSON file to an instrument file and back: the text, with its limits."""

import json
import math
from decimal import Decimal
from typing import Any

import yaml

from app.content.documents import MAX_FILE_BYTES
from app.content.fhir.importing import NotImportable

_WIDTH = 120
_HEAD = "# Imported from a FHIR Questionnaire. Its wording belongs to its owner; `fhir` is what export gives back.\n"


def parse_json(raw: bytes) -> Any:
    """The JSON value in ``raw``; raises ``NotImportable`` for what is too large, too deep or no JSON."""
    if len(raw) > MAX_FILE_BYTES:
        raise NotImportable([f"The file is larger than {MAX_FILE_BYTES // 1024} KB."])
    try:
        parsed = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_no_repeats)
        json.dumps(parsed, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except RecursionError:
        raise NotImportable(["The file is nested too deeply."]) from None
    except (UnicodeError, ValueError) as error:
        raise NotImportable([f"The file is not JSON: {error}"]) from None
    return parsed


def instrument_text(definition: dict[str, Any]) -> str:
    """The definition as an instrument file."""
    return _HEAD + yaml.dump(
        definition, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=None
    )


class _Plain(yaml.SafeDumper):
    """What our files may hold: no anchors, and numbers written out."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _number(dumper: yaml.SafeDumper, value: float) -> yaml.Node:
    text = format(Decimal(repr(value)), "f")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


_Plain.add_representer(float, _number)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is used twice in one object")
    if any(isinstance(value, float) and not math.isfinite(value) for value in found.values()):
        raise ValueError("a number is too large")
    return found
