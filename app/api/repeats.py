"""``Idempotency-Key``: a call made twice with one key acts once and is answered twice."""

import json
from typing import Any

from flask import Response, g, request

from app.api.context import caller, service
from app.logs import get_logger
from app.workflows.keep_answer import Claim, Kept, claim_answer, keep_answer, release_claim

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEPT_HEADERS = ("Content-Type", "Location")


def begin(document: Any) -> Response | None:
    """Take the key that came with a call; the first answer when the call is a repetition, else ``None``."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    # The document and not its bytes: another order of its fields, or other spaces, is still the same call.
    same = f"{request.method} {request.path}\n{json.dumps(document, sort_keys=True)}"
    claimed = claim_answer(service(), caller=caller(), key=key, request=same)
    if isinstance(claimed, Kept):
        return _again(claimed)
    g.api_claim = claimed
    return None


def finish(response: Response) -> None:
    """Keep a definite answer under the key that was taken; free the key when the call came to nothing."""
    claim: Claim | None = g.pop("api_claim", None)
    if claim is None:
        return
    try:
        if response.status_code >= 500:
            release_claim(service(), claim)
        else:
            kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
            body = json.dumps({"headers": kept, "body": response.get_data(as_text=True)})
            keep_answer(service(), claim, status=response.status_code, body=body)
    except Exception:  # the call itself succeeded, and its answer must reach the caller
        get_logger().error("answer_not_kept", exc_info=True)


def _again(kept: Kept) -> Response:
    stored = json.loads(kept.body)
    response = Response(stored["body"], status=kept.status, headers=stored["headers"])
    response.headers[REPLAYED] = "true"
    return response
