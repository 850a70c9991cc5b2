"""What every FHIR JSON object has to be like before anybody looks at what it says."""

from collections.abc import Iterator, Mapping
from typing import Any

_MOST = 20
"""Problems named: a file with more is something else."""


def misshapen(resource: Mapping[str, Any]) -> list[str]:
    """Where a resource is not as FHIR's JSON has it: nothing is null, and extensions have an address."""
    found = []
    for problem in _walk(resource, ""):
        found.append(problem)
        if len(found) == _MOST:
            break
    return found


def _walk(value: Any, at: str) -> Iterator[str]:
    if value is None:
        yield f"{at}: is null, which FHIR does not have."
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _property(key, below, f"{at}.{key}" if at else str(key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _walk(below, f"{at}[{index}]")


def _property(key: str, value: Any, at: str) -> Iterator[str]:
    if key.startswith("_") and not isinstance(value, Mapping):
        yield f"{at}: is no object."
    elif key == "extension" and not (isinstance(value, list) and all(map(_is_extension, value))):
        yield f"{at}: is no list of extensions, each with a url."
    else:
        yield from _walk(value, at)


def _is_extension(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("url"), str)
