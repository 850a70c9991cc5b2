"""A bad day: two short questions instead of all of them, for one word."""

from app.checkins.models import Checkin
from app.checkins.store import plans as plan_store
from app.ids import new_id
from app.questionnaires.engine import next_items
from app.workflows import wording
from app.workflows.answer_question import Dialogue
from app.workflows.ask import ask_items
from app.workflows.close_windows import end_checkin
from app.workflows.definitions import load_program, load_questionnaire
from app.workflows.read_answers import asked_items
from app.workflows.team_message import tell_team
from app.workflows.turn import Turn
from app.workflows.write_checkins import new_checkin
from app.zones import wall_clock

BAD_DAY = "bad-day"
"""The check-in of a program that asks least. It has no timing of its own."""


def has_bad_day(dialogue: Dialogue) -> bool:
    """Whether there is something shorter to ask than what is being asked."""
    return dialogue.checkin.name != BAD_DAY and dialogue.program.check_in(BAD_DAY) is not None


def ask_less(turn: Turn) -> str:
    """End the open check-in with what was answered, and ask the two questions of a bad day instead."""
    dialogue = turn.dialogue()
    if dialogue is not None and dialogue.checkin.name == BAD_DAY:
        turn.say(ask_items(turn.service, dialogue, asked_items(dialogue)))
        return "tired"
    plans = plan_store.list_plans(turn.session, patient_id=turn.person.patient.id)
    plan = next((p for p in plans if p.name == BAD_DAY and p.related_person_id == turn.person.related_id), None)
    if plan is None:
        tell_team(turn.service, turn.session, turn.person, turn.inbound)
        number = turn.safety()["emergency_number"]
        turn.say(turn.words("nothing_open", readers=turn.readers(), emergency_number=number))
        return "message"
    if dialogue is not None:
        end_checkin(turn.service, turn.session, dialogue, turn.now, unanswered="cancelled")
    slot = (turn.now, wall_clock(turn.now, plan.time_zone).date(), f"asked-for:{new_id()}")
    checkin = Checkin(**new_checkin(plan, load_program(turn.session, plan.program_id), slot, turn.now))
    questionnaire = load_questionnaire(turn.session, plan.questionnaire_id)
    items = next_items(questionnaire, {})
    checkin.asked = [item.link_id for item in items]
    turn.session.add(checkin)
    question = wording.question(turn.service, questionnaire, items, turn.language)
    turn.say(turn.words("bad_day", question=question))
    return "tired"
