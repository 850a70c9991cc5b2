"""What Twilio posted, as one mapping, whether it came as a form or as JSON; call it once the signature was checked."""

import json
from collections.abc import Iterable, Mapping

from flask import Request

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Malformed(Exception):
    """A signed request that is not what was agreed: its text says what is wrong, without a word of what was sent."""


def read_parameters(request: Request, *, needed: Iterable[str], optional: Iterable[str]) -> Mapping[str, str]:
    """The parameters of a request by name: all the ``needed`` ones, and those of the ``optional`` ones that came.

    Raises ``Malformed`` when one is missing or came twice. A signature runs names and values together, so that
    ``A=1B2`` and ``A=1&B=2`` sign alike: only the names tell one from the other. Names that we do not know are left
    alone, because Twilio adds some without notice.
    """
    needed = tuple(needed)
    found: dict[str, str] = {}
    for name, value in _pairs(request):
        if name not in needed and name not in optional:
            continue
        if name in found:
            raise Malformed(f"{name} came twice")
        found[name] = value
    missing = [name for name in needed if name not in found]
    if missing:
        raise Malformed(f"{', '.join(missing)} missing")
    return found


def _pairs(request: Request) -> list[tuple[str, str]]:
    if request.mimetype == FORM:
        return list(request.form.items(multi=True))
    if request.mimetype != JSON:
        raise Malformed("neither a form nor JSON")
    try:
        pairs = json.loads(request.get_data(), object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(pairs, _Pairs) or not all(isinstance(value, str) for _, value in pairs):
        raise Malformed("not an object of texts")
    return pairs


class _Pairs(list[tuple[str, str]]):
    """An object as it was written, also when a name came twice."""
