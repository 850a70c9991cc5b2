"""Lists page by page: the query that asks for one, the cursor, and the answer."""

import base64
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypedDict, TypeVar

from marshmallow import Schema, fields, validate

from app.api.fields import Count
from app.errors import Rejected
from app.reports.api_lists.paging import Page, Position

T = TypeVar("T")
LONGEST_PAGE = 200
LONGEST_FILTER = 200


class ListQuery(Schema):
    """Which page of a list."""

    limit = Count(load_default=50, validate=[validate.Range(min=1, max=LONGEST_PAGE)])
    cursor = fields.String(
        validate=[validate.Length(min=1, max=200)], metadata={"description": "The `next` of the page before."}
    )


class Where(TypedDict):
    """Which page of a list, as reports take it."""

    after: Position | None
    limit: int


def where(query: dict[str, Any]) -> Where:
    """Which page a query asks for; raises ``Rejected`` for a cursor that we did not give."""
    cursor = query.get("cursor")
    return Where(after=None if cursor is None else _position(cursor), limit=query["limit"])


def listed(page: Page[T]) -> dict[str, Any]:
    """A page as the API answers it."""
    return {"items": page.items, "next": None if page.next is None else _cursor(page.next)}


@cache
def list_of(schema: type[Schema]) -> type[Schema]:
    """The schema of a page of ``schema``."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(schema), required=True),
            "next": fields.String(
                required=True,
                allow_none=True,
                metadata={"description": "Give it as `cursor` to go on; null at the end of the list."},
            ),
        },
        name=f"{schema.__name__}List",
    )


def _cursor(position: Position) -> str:
    text = f"{position.at.astimezone(UTC).isoformat()} {position.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _position(cursor: str) -> Position:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        at, id = text.split(" ")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not 1900 <= moment.year <= 9000 or not id.isalnum() or len(id) > 40:
            raise ValueError
    except ValueError:
        raise Rejected({"cursor": ["is not a cursor that this list gave."]}) from None
    return Position(moment.astimezone(UTC), id)
