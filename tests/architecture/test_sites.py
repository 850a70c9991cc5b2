"""Who may see every clinic's rows at once is a short list, and each entry says why."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.config import ROOT
from app.tables import metadata

MAY_SEE_ALL_SITES: dict[str, str] = {
    "app.db": "defines it",
    "app.reports.doctor": "looks for what is wrong anywhere",
    "app.reports.metrics": "counts the whole service, without a person in it",
    "app.reports.outbox": "one outbox for the operator; a simulated handset is found by its number",
    "app.workflows.alert_budget": "content is the same for every clinic; each is rehearsed within its own",
    "app.workflows.check_ready": "asks whether anything can be stored at all",
    "app.workflows.claim_texts": "tick: one outbox, and one pace for each sender",
    "app.workflows.close_windows": "tick: every clinic's check-ins; each one is then handled within its own",
    "app.workflows.deliver_outbox": "tick: one outbox, and one pace for each sender",
    "app.workflows.describe_site": "says what the one clinic is called before anybody has signed in",
    "app.workflows.escalate_alerts": "tick: every clinic's alerts; each one is then handled within its own",
    "app.workflows.fly_canary": "tick: a text to ourselves, for the whole service",
    "app.workflows.issue_checkins": "tick: every clinic's plans; each one is then handled within its own",
    "app.workflows.load_demo": "looks whether the database is empty",
    "app.workflows.mail_staff": "tick: every clinic's pages; each one is then handled within its own",
    "app.workflows.manage_staff": "a person may be known at another clinic already",
    "app.workflows.manage_tokens": "whose token it is, is what is asked",
    "app.workflows.note_progress": "one worker serves every clinic",
    "app.workflows.poll_statuses": "tick: the provider's id tells the text, as in its reports",
    "app.workflows.prepare_site": "makes and finds clinics",
    "app.workflows.publish_content": "content is the same for every clinic",
    "app.workflows.reassess": "tick: every clinic's closed alerts; each one is then handled within its own",
    "app.workflows.receive_sms": "the sender's number tells the clinic",
    "app.workflows.reconcile_inbound": "tick: the sender's number tells the clinic, as with a webhook",
    "app.workflows.record_delivery_status": "the provider's id tells the text, and that the clinic",
    "app.workflows.retry_text": "the operator names a text by its id, of whatever clinic",
    "app.workflows.reconfirm_numbers": "tick: every clinic's numbers; each one is then handled within its own",
    "app.workflows.sender_trouble": "a sender serves every clinic, and each is told",
    "app.workflows.shared_number": "tick: who shares a number, and never said who wrote",
    "app.workflows.sign_in": "the clinic is known once the person is",
    "app.workflows.submit_form": "the link tells the check-in, and that the clinic",
    "app.workflows.tidy": "tick: what nobody asks for again, of every clinic",
    "app.workflows.watch_cover": "tick: every clinic's rota; each one is then handled within its own",
}
"""Module, and why one site is not known yet, or every site is meant."""

NOT_OF_ONE_SITE = {
    "canary": "proves the line of the whole service",
    "delivery_event": "comes from the provider, keyed by its id alone",
    "practitioner": "a person may work at several sites; Membership says where",
    "program": "published content is the same for every site",
    "questionnaire": "published content is the same for every site",
    "sender_pace": "a carrier's limit belongs to the number",
    "sign_in_failure": "the site is known only after a sign-in",
    "site": "is the site",
    "stage_progress": "the worker serves every site",
    "switch": "stops or starts the whole service",
}


def uses_all_sites(path: Path) -> bool:
    """Tell whether a file names ``all_sites`` or makes a ``Scope`` by itself."""
    names: Iterator[str] = (
        node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name | ast.Attribute | ast.alias | ast.FunctionDef)
    )
    return bool({"all_sites", "Scope"} & set(names))


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_only_these_see_every_site() -> None:
    found = {module(path) for path in (ROOT / "app").rglob("*.py") if uses_all_sites(path)}
    assert found == set(MAY_SEE_ALL_SITES)


def test_every_other_table_belongs_to_a_site() -> None:
    without = {name for name, table in metadata.tables.items() if "site_id" not in table.columns}
    assert without == set(NOT_OF_ONE_SITE)
