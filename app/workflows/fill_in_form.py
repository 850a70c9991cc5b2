"""Fill in a whole check-in form at once: the same rules as question by question, in one transaction."""

from collections.abc import Mapping

from app.codes import Channel
from app.db import Session
from app.errors import Rejected
from app.questionnaires.engine import Given
from app.staff.models import Site
from app.workflows.answer_question import Dialogue, answer_question
from app.workflows.service import Service
from app.workflows.submit_form import Form, change_form, read_value


def fill_in_form(service: Service, token: str, answers: Mapping[str, str | None]) -> Form:
    """Save answers by ``link_id`` (``None`` skips) and judge them; with none left to give the check-in is finished.

    Raises ``NotFound`` for a link that cannot be used, ``Conflict`` once the check-in is finished, ``Rejected`` naming
    each answer that its question does not take; then nothing is saved.
    """

    def fill(session: Session, dialogue: Dialogue, _site: Site) -> None:
        given = _read(dialogue, answers)
        texts = [answer.text for answer in given.values() if answer.text]
        answer_question(service, session, dialogue, given, channel=Channel.WEB, texts=texts)

    return change_form(service, token, fill)


def _read(dialogue: Dialogue, answers: Mapping[str, str | None]) -> dict[str, Given]:
    given: dict[str, Given] = {}
    problems: dict[str, list[str]] = {}
    for link_id, raw in answers.items():
        try:
            item = dialogue.questionnaire.item(link_id)
            given[link_id] = Given(skipped=True) if raw is None else read_value(item, raw)
        except KeyError:
            problems[link_id] = ["is not a question of this check-in."]
        except Rejected as error:
            problems |= error.problems
    if problems:
        raise Rejected(problems)
    return given
