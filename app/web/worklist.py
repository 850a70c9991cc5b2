"""The worklist: what needs somebody now, worst first."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.reports.worklist import Worklist, read_worklist
from app.staff.roles import Permission, may
from app.web.access import staff
from app.web.blueprint import pages
from app.web.context import reader, service

FILTERS = {
    "all": "All", "mine": "Mine", "unowned": "Nobody's yet", "red": "Red", "silent": "Silent",
    "review": "Unplaced texts",
}  # fmt: skip


@pages.get("/worklist")
@staff(Permission.READ_CHARTS)
def show_worklist() -> ResponseReturnValue:
    """The list."""
    return render_template("worklist.html", **_context())


@pages.get("/worklist/rows")
@staff(Permission.READ_CHARTS)
def show_worklist_rows() -> ResponseReturnValue:
    """The list's lines alone, which a script puts into the open page every few seconds."""
    return render_template("_worklist_rows.html", **_context())


def _context() -> dict[str, object]:
    only = request.args.get("filter", "all")
    only = only if only in FILTERS else "all"
    found: Worklist = read_worklist(
        service().db, site_id=reader().site_id, reader_id=reader().practitioner_id, only=only
    )
    return {
        "worklist": found,
        "only": only,
        "filters": FILTERS,
        "may_act": may(reader().role, Permission.ACT_ON_ALERTS),
    }
